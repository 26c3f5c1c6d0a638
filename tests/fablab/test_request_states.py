"""Every step of a request, and every one that is none, by every actor."""

import itertools

import pytest

from fablab.actions.advance import WrongStateError, advance
from fablab.models import PrintRequest, RequestEvent
from fablab.states import ENDED, MOVES, NEXT, OPEN, Actor, RequestState, may, verbs
from fablab.words_requests import STATES, TELLS
from tests.fablab.factories import make_lab
from tests.factories import make_user

S = RequestState
LEGAL = {(move.before, move.after, actor) for move in MOVES for actor in move.who}


def test_no_step_stands_twice_and_every_state_can_be_reached():
    assert len({(move.before, move.after) for move in MOVES}) == len(MOVES)
    reached = {S.DRAFT}
    while more := {move.after for move in MOVES if move.before in reached} - reached:
        reached |= more
    assert reached == set(S)


def test_what_is_over_leads_nowhere_but_to_another_offer_or_a_dispute():
    for state in ENDED:
        assert set(NEXT[state]) <= {S.QUOTED, S.DISPUTED}
    assert not ENDED & OPEN


def test_every_state_has_its_words():
    assert set(STATES) == set(TELLS) == set(S)


def test_money_is_promised_by_the_requester_alone():
    for after in (S.ACCEPTED, S.DECLINED):
        assert [actor for actor in Actor if may(S.QUOTED, after, actor)] == [Actor.REQUESTER]


def test_nobody_cancels_what_is_ready():
    for state in (S.READY, S.COLLECTED, S.REJECTED, S.CANCELLED):
        assert not any(may(state, S.CANCELLED, actor) for actor in Actor)


def test_verbs_are_those_of_the_table():
    assert verbs(S.QUOTED, {Actor.REQUESTER}) == {"accept", "decline", "cancel"}
    assert verbs(S.SUBMITTED, {Actor.OPERATOR}) == {"ask", "reject", "forward", "quote", "cancel"}


@pytest.mark.django_db
def test_every_pair_of_states_is_tried_by_every_actor_and_only_the_tables_steps_are_made():
    ada = make_user()
    lab = make_lab(manager=ada)
    row = PrintRequest.objects.create(lab=lab, requester=ada)
    made = 0
    for before, after, actor in itertools.product(S, S, Actor):
        PrintRequest.objects.filter(pk=row.pk).update(state=before)
        row.refresh_from_db()
        count = RequestEvent.objects.count()
        if (before, after, actor) in LEGAL:
            advance(row, after, by=ada, actor=actor, text="because")
            event = RequestEvent.objects.latest("pk")
            assert (event.before, event.after, event.payload["as"]) == (before, after, actor)
            made += 1
        else:
            with pytest.raises(WrongStateError):
                advance(row, after, by=ada, actor=actor, text="because")
            assert RequestEvent.objects.count() == count
            row.refresh_from_db()
            assert row.state == before
    assert made == len(LEGAL)
