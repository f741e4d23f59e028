"""Devices by the names that their owners give them, instead of what browsers call themselves."""

from agrimarket.kernel.i18n import t

_BROWSERS = (
    ("MicroMessenger", "wechat"), ("AlipayClient", "alipay"), ("DingTalk", "dingtalk"), ("QQBrowser", "qq"),
    ("QQ/", "qq"), ("UCBrowser", "uc"), ("UBrowser", "uc"), ("baidu", "baidu"), ("HuaweiBrowser", "huawei"),
    ("MiuiBrowser", "xiaomi"), ("VivoBrowser", "vivo"), ("HeyTapBrowser", "oppo"), ("SamsungBrowser", "samsung"),
    ("Quark", "quark"), ("Edg", "edge"), ("OPR/", "opera"), ("Firefox", "firefox"), ("FxiOS", "firefox"),
    ("Chrome", "chrome"), ("CriOS", "chrome"), ("Safari", "safari"),
)  # fmt: skip
"""Parts of user agents with the browser that is meant. Many name others too: the first that fits holds."""
_SYSTEMS = (
    ("HarmonyOS", "harmony"), ("OpenHarmony", "harmony"), ("iPhone", "iphone"), ("iPad", "ipad"),
    ("Android", "android"), ("Windows", "windows"), ("Macintosh", "mac"), ("CrOS", "chromeos"), ("Linux", "linux"),
)  # fmt: skip


def device_name(user_agent: str, language: str) -> str:
    """Name of a device by its user agent, `WeChat on an Android phone`; what is known of it, or that nothing is."""
    browser, system = _first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent)
    said = {name: t(f"device.{name}", language) for name in (browser, system) if name}
    if browser and system:
        return t("device.on", language, browser=said[browser], system=said[system])
    return next(iter(said.values()), t("me.device_unknown", language))


def _first(table: tuple[tuple[str, str], ...], user_agent: str) -> str:
    plain = user_agent.lower()
    return next((name for part, name in table if part.lower() in plain), "")
