"""The synonyms, which an admin edits."""

from django.contrib import admin

from search.models import Synonym


@admin.register(Synonym)
class SynonymAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # it takes none at run time
    """Groups of words that mean the same."""

    search_fields = ["words"]
    list_per_page = 200
