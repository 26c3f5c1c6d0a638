from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People, organisations, access tokens."""

    name = "accounts"
