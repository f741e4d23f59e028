"""Devices have the names that people give them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agrimarket.accounts.pages.devices import device_name

WECHAT = (
    "Mozilla/5.0 (Linux; Android 10; M2006C3LC Build/QP1A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
    "Chrome/86.0 Mobile Safari/537.36 MicroMessenger/8.0.16"
)
PHONE = "Mozilla/5.0 (Linux; Android 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/96.0.4664.45 Mobile Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 15_0 like Mac OS X) AppleWebKit/605.1.15 Version/15.0 Mobile Safari/604.1"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/96.0 Safari/537.36 Edg/96.0"


@pytest.mark.parametrize(
    ("user_agent", "english", "chinese"),
    [
        (WECHAT, "WeChat on Android", "安卓手机上的微信"),
        (PHONE, "Chrome on Android", "安卓手机上的Chrome"),
        (IPHONE, "Safari on iPhone", "iPhone上的Safari"),
        (EDGE, "Edge on Windows", "Windows 电脑上的Edge"),
        ("curl/8.1 (Linux)", "Linux", "Linux 电脑"),
        ("python-httpx/0.28", "A device without a name", "没有名字的设备"),
        ("", "A device without a name", "没有名字的设备"),
    ],
)
def test_a_device_is_called_by_its_name(user_agent: str, english: str, chinese: str) -> None:
    assert (device_name(user_agent, "en"), device_name(user_agent, "zh-Hans")) == (english, chinese)


@given(st.text(max_size=200))
def test_nobody_reads_a_user_agent(text: str) -> None:
    assert device_name(f"Mozilla/5.0 {text}", "en").count("/") == 0
