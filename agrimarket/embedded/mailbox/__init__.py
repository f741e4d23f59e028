"""Mailbox that takes the SMS and e-mail of an embedded run and shows them on a page."""
