"""A job of the tests' own: its effect is a number that must go up exactly once."""

from django.db import models

from jobs.models import Job, JobQuerySet


class Errand(Job):
    name = models.CharField(max_length=40)
    effect = models.IntegerField(default=0)

    objects = JobQuerySet.as_manager()

    class Meta:
        app_label = "tests"
        managed = False
        db_table = "tests_errand"

    def __str__(self):
        return self.name


def add_one(errand):
    """The plain run: no work, and an effect of one."""
    return lambda: Errand.objects.filter(pk=errand.pk).update(effect=models.F("effect") + 1)
