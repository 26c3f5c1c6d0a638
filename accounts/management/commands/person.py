"""Make a person: `person NAME --email E --password P [--staff] [--token]`."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts import tokens
from accounts.actions.create_person import create_person
from accounts.models import AccessToken, User


class Command(BaseCommand):
    """Also how an admin starts a site."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Who, and whether with a token."""
        parser.add_argument("name", help="the handle, as in /@name/")
        parser.add_argument("--email", required=True)
        parser.add_argument("--password", required=True)
        parser.add_argument("--staff", action="store_true", help="may use the admin pages and moderate")
        parser.add_argument("--token", action="store_true", help="print an access token with every scope")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the person; print the token alone on standard output."""
        name = options["name"].lower()
        email, password, is_staff = options["email"], options["password"], options["staff"]
        user = self._same(name, email, password, is_staff)
        if user is None:
            try:
                user = create_person(name, email=email, password=password, is_staff=is_staff)
            except ValidationError as error:
                raise CommandError(f"{name}: {' '.join(error.messages)}") from error
        self.stderr.write(f"{name} can sign in now.")
        if options["token"]:
            self.stdout.write(tokens.issue(user, "command line", list(AccessToken.Scope.values))[1])

    @staticmethod
    def _same(name: str, email: str, password: str, is_staff: bool) -> User | None:
        """The person that an earlier run made with the same words; None where the handle is unknown or another's."""
        user = User.objects.filter(username=name, email__iexact=email, is_staff=is_staff, is_active=True).first()
        return user if user and user.check_password(password) else None
