"""A lab: where people find machines, and the people who run it."""

from typing import Self
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import handles
from accounts.models import User
from designs.models.found import Found
from fablab.countries import country_name, language_name


def is_timezone(name: str) -> None:
    """Raises ValidationError for what is no IANA time zone."""
    if name not in available_timezones():
        raise ValidationError(_("We do not know this time zone; say one such as Europe/Paris."))


class LabQuerySet(models.QuerySet["Lab"]):
    """Labs by who may see them."""

    def listed(self) -> Self:
        """What everybody sees: not hidden by staff, not merged away."""
        return self.filter(hidden_at=None)

    def run_by(self, user: User) -> Self:
        """Labs in which this person has a role."""
        return self.listed().filter(staff__user=user).distinct()


class Lab(Found):
    """A place with machines. Money is in cents of `currency`; times are shown in `timezone`.

    `source` and `source_id` say from where it was imported, so that a second import changes it instead of doubling it.
    Until `says_until`, `says_open` counts before the hours: its people said just now whether it is open.
    """

    class Standing(models.TextChoices):
        PROPOSED = "proposed", _("Proposed: nobody of the lab has answered yet")
        CLAIMED = "claimed", _("Run by its people")
        VERIFIED = "verified", _("Verified")
        CLOSED = "closed", _("Closed for good")

    class Access(models.TextChoices):
        PUBLIC = "public", _("Open to everybody")
        MEMBERS = "members", _("Open to members")
        REQUEST = "request", _("By request")

    slug = models.CharField(_("address"), max_length=60, unique=True, validators=[handles.validate])
    name = models.CharField(_("name"), max_length=120)
    summary = models.CharField(_("in one sentence"), max_length=200, blank=True)
    story = models.TextField(_("story"), max_length=20_000, blank=True, help_text=_("Markdown"))
    kind = models.CharField(_("kind"), max_length=40, blank=True)
    street = models.CharField(_("street and number"), max_length=160, blank=True)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    city = models.CharField(_("town"), max_length=80, blank=True)
    region = models.CharField(_("region"), max_length=80, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True, help_text=_("Two letters, such as FR"))
    latitude = models.FloatField(null=True, blank=True, validators=[MinValueValidator(-90), MaxValueValidator(90)])
    longitude = models.FloatField(null=True, blank=True, validators=[MinValueValidator(-180), MaxValueValidator(180)])
    timezone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[is_timezone])
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    website = models.URLField(_("web site"), max_length=300, blank=True)
    languages = models.JSONField(_("languages"), default=list, blank=True)
    access = models.CharField(_("access"), max_length=8, choices=Access, default=Access.PUBLIC)
    standing = models.CharField(max_length=8, choices=Standing, default=Standing.PROPOSED)
    founded = models.PositiveIntegerField(_("founded in"), null=True, blank=True)
    is_accessible = models.BooleanField(_("wheelchairs can enter"), null=True, blank=True)
    photo = models.ImageField(_("photo"), upload_to="labs", blank=True)
    says_open = models.BooleanField(null=True, blank=True)
    says_until = models.DateTimeField(null=True, blank=True)
    accepts_requests = models.BooleanField(_("takes print requests"), default=True)
    quote_days = models.PositiveSmallIntegerField(_("days that a quote holds"), default=14)
    terms = models.TextField(_("terms"), max_length=10_000, blank=True, help_text=_("Markdown; shown before a request"))
    retention_days = models.PositiveSmallIntegerField(
        _("days after which addresses and phone numbers of ended requests are removed"), default=90
    )
    okw = models.JSONField(default=dict, blank=True, help_text=_("Open Know-Where fields that we have no column for"))
    source = models.CharField(max_length=300, blank=True)
    source_id = models.CharField(max_length=300, blank=True)
    proposed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    verified_at = models.DateTimeField(null=True, blank=True)
    hidden_at = models.DateTimeField(null=True, blank=True)
    last_request_number = models.PositiveIntegerField(default=0)
    last_receipt_number = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = LabQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        indexes = [models.Index("latitude", "longitude", name="labs_by_place")]
        constraints = [
            models.UniqueConstraint("source", "source_id", condition=~Q(source_id=""), name="one_lab_a_source")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def subject(self) -> str:
        """A lab is found itself."""
        return f"lab:{self.pk}"

    def get_absolute_url(self) -> str:
        """The lab's page."""
        return reverse("fablab:lab", args=[self.slug])

    @property
    def place(self) -> str:
        """Where it is, in words: town and region."""
        return ", ".join(dict.fromkeys(word for word in (self.city, self.region) if word))

    @property
    def whereabouts(self) -> str:
        """Town, region and country in words, each once."""
        return ", ".join(dict.fromkeys(word for word in (self.city, self.region, self.country_name) if word))

    @property
    def country_name(self) -> str:
        """Its country in the reader's language."""
        return country_name(self.country) if self.country else ""

    @property
    def language_names(self) -> list[str]:
        """Its languages in the reader's."""
        return [language_name(code) for code in self.languages]


class OpeningHours(models.Model):
    """Open on a weekday (0 is Monday) from `opens` to `closes`, in the lab's time. Two rows make a day with a break.

    `closes` at or before `opens` ends on the next day. `for_members` hours are not for everybody.
    """

    lab = models.ForeignKey(Lab, on_delete=models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField(validators=[MaxValueValidator(6)])
    opens = models.TimeField()
    closes = models.TimeField()
    for_members = models.BooleanField(default=False)

    class Meta:
        ordering = ["weekday", "opens"]
        constraints = [models.UniqueConstraint("lab", "weekday", "opens", "for_members", name="one_opening_a_time")]

    def __str__(self) -> str:
        return f"{self.weekday} {self.opens:%H:%M}-{self.closes:%H:%M}"


class SpecialDay(models.Model):
    """A day that is otherwise than its weekday: closed where `opens` is empty, such as a holiday; else open so."""

    lab = models.ForeignKey(Lab, on_delete=models.CASCADE, related_name="special_days")
    day = models.DateField()
    opens = models.TimeField(null=True, blank=True)
    closes = models.TimeField(null=True, blank=True)
    reason = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["day", "opens"]

    def __str__(self) -> str:
        return f"{self.day} {self.reason}"


class LabPhoto(models.Model):
    """A picture of the place, decoded and written anew."""

    lab = models.ForeignKey(Lab, on_delete=models.CASCADE, related_name="photos")
    file = models.ImageField(upload_to="labs")
    title = models.CharField(max_length=120, blank=True)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.title or str(self.file)


class Staff(models.Model):
    """A person with a role in a lab. A manager may do everything, an operator the work, a trainer the training."""

    class Role(models.TextChoices):
        MANAGER = "manager", _("Manager: everything, people included")
        OPERATOR = "operator", _("Operator: requests, machines, stock")
        TRAINER = "trainer", _("Trainer: who may use which machine")

    lab = models.ForeignKey(Lab, on_delete=models.CASCADE, related_name="staff")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="lab_roles")
    role = models.CharField(max_length=8, choices=Role)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint("lab", "user", "role", name="one_row_a_role")]

    def __str__(self) -> str:
        return f"{self.user} {self.role} {self.lab}"


class Tariff(models.Model):
    """What a group of people pays, in hundredths of the price: 100 is the price, 50 half of it, 0 nothing."""

    lab = models.ForeignKey(Lab, on_delete=models.CASCADE, related_name="tariffs")
    name = models.CharField(_("name"), max_length=60)
    percent = models.PositiveSmallIntegerField(_("percent of the price"), default=100)
    is_default = models.BooleanField(_("for everybody else"), default=False)

    class Meta:
        ordering = ["-is_default", "name"]
        constraints = [
            models.UniqueConstraint("lab", "name", name="one_tariff_a_name"),
            models.UniqueConstraint("lab", condition=Q(is_default=True), name="one_default_tariff"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.percent} %)"


class Member(models.Model):
    """A person who belongs to a lab, with a tariff, from a day to a day; `asked` until somebody of the lab agrees."""

    lab = models.ForeignKey(Lab, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="lab_memberships")
    tariff = models.ForeignKey(Tariff, on_delete=models.SET_NULL, null=True, blank=True, related_name="members")
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    is_asked = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint("lab", "user", name="one_membership_a_lab")]

    def __str__(self) -> str:
        return f"{self.user} in {self.lab}"


class Claim(models.Model):
    """Somebody says that a proposed lab is theirs; staff of the site or the proposer decides."""

    lab = models.ForeignKey(Lab, on_delete=models.CASCADE, related_name="claims")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    reason = models.TextField(max_length=2000)
    made_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    is_granted = models.BooleanField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("lab", "user", condition=Q(decided_at=None), name="one_open_claim_a_person")
        ]

    def __str__(self) -> str:
        return f"{self.user} claims {self.lab}"


class Vouch(models.Model):
    """A verified lab says that another exists and is run by who says so; three make it verified."""

    lab = models.ForeignKey(Lab, on_delete=models.CASCADE, related_name="vouches")
    by_lab = models.ForeignKey(Lab, on_delete=models.CASCADE, related_name="vouched_for")
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("lab", "by_lab", name="one_vouch_a_lab"),
            models.CheckConstraint(condition=~Q(lab=models.F("by_lab")), name="nobody_vouches_for_themselves"),
        ]

    def __str__(self) -> str:
        return f"{self.by_lab} vouches for {self.lab}"
