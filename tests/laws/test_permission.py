"""Laws of permissions: what holds for every actor, action, policy, tree and relation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from partita.core.permission import (
    Action,
    Actor,
    Door,
    Evidence,
    Grant,
    Granted,
    Link,
    Over,
    Place,
    Policy,
    RelationPermission,
    Role,
    Target,
    decide,
    lacking,
    needs,
)
from partita.core.refusal import Reason, Refused
from partita.core.tier import Capability, Tier, can, least
from partita.formats.permission import content_of, packaged, policy_of, read_policy, written

NOW = datetime(2026, 11, 2, 4, tzinfo=UTC)
actions, roles, doors = st.sampled_from(Action), st.sampled_from(Role), st.sampled_from(Door)
codes = st.frozensets(st.sampled_from(RelationPermission))
instants = st.integers(-3, 3).map(lambda days: NOW + timedelta(days=days))
places = st.builds(Place, st.sampled_from(["red", "blue"]), st.sampled_from([(), ("a",), ("a", "b"), ("c",)]))
policies = st.dictionaries(roles, st.frozensets(actions)).map(Policy)


@st.composite
def grants(draw: st.DrawFn) -> Grant:
    start = draw(instants)
    return Grant(
        grant_id=f"grant_{draw(st.integers(0, 99))}",
        user_id="li",
        role=draw(roles),
        enterprise_id=draw(st.sampled_from(["red", "blue"])),
        org_unit_id=draw(st.sampled_from([None, "a", "b", "c"])),
        effective_from=start,
        effective_until=draw(st.none() | st.just(start + timedelta(days=2))),
        revoked_from=draw(st.none() | st.just(start + timedelta(days=1))),
    )


@st.composite
def evidences(draw: st.DrawFn) -> Evidence:
    return Evidence(
        at=NOW,
        grants=tuple(draw(st.lists(grants(), max_size=4))),
        policies={"red": draw(policies), "blue": draw(policies)},
        acting_at=draw(st.none() | places),
    )


links = st.builds(Link, st.sampled_from(["main", "other"]), st.booleans(), codes)
targets = st.builds(Target, st.just("shop"), st.none() | places, st.none() | links)
actors = st.builds(Actor, st.sampled_from([None, "li"]), st.sampled_from([None, "main", "shop"]), doors)


@given(actor=actors, action=actions, target=targets, evidence=evidences())
def test_every_refusal_tells_at_least_one_way_in_both_languages(
    actor: Actor, action: Action, target: Target, evidence: Evidence
) -> None:
    answer = decide(actor, action, target, evidence)
    if isinstance(answer, Refused):
        assert answer.reason is Reason.NOT_PERMITTED
        english, chinese = answer.message("en"), answer.message("zh")
        assert english.count("\n  - ") == chinese.count("\n  - ") >= 1
    assert isinstance(answer, Granted) or not actor.is_operator


@given(action=actions, target=targets, evidence=evidences(), more=grants())
def test_another_role_takes_nothing_away(action: Action, target: Target, evidence: Evidence, more: Grant) -> None:
    before = decide(Actor("li", "main"), action, target, evidence)
    richer = Evidence(NOW, grants=(*evidence.grants, more), policies=evidence.policies, acting_at=evidence.acting_at)
    if isinstance(before, Granted):
        assert isinstance(decide(Actor("li", "main"), action, target, richer), Granted)


@given(action=actions, place=st.none() | places, link=st.none() | links, evidence=evidences())
def test_who_has_no_role_may_do_nothing(
    action: Action, place: Place | None, link: Link | None, evidence: Evidence
) -> None:
    bare = Evidence(NOW, policies=evidence.policies, acting_at=evidence.acting_at)
    assert isinstance(decide(Actor("li", "main"), action, Target("shop", place, link), bare), Refused)


@given(action=actions, link=st.none() | links)
def test_a_main_account_may_what_the_relation_says_and_no_more(action: Action, link: Link | None) -> None:
    answer = decide(Actor(None, "main"), action, Target("shop", Place("red"), link), Evidence(NOW))
    over = action.value.over
    related = link is not None and link.management_id == "main"
    allowed = related and over is not Over.NEVER and not action.value.operator_only
    if allowed and link is not None and not link.trusteeship and isinstance(over, RelationPermission):
        allowed = over in link.permissions
    assert isinstance(answer, Granted) == allowed


@given(action=actions, target=targets, evidence=evidences(), actor=actors)
def test_an_auditor_never_changes_anything(action: Action, target: Target, evidence: Evidence, actor: Actor) -> None:
    only = Evidence(
        NOW,
        grants=tuple(one for one in evidence.grants if one.role is Role.AUDITOR),
        policies=evidence.policies,
        acting_at=evidence.acting_at,
    )
    asked = Actor("li", actor.account_id, actor.door)
    if isinstance(decide(asked, action, target, only), Granted):
        assert action.value.reads


@given(action=actions, evidence=evidences())
def test_an_account_that_is_not_there_looks_like_one_of_others(action: Action, evidence: Evidence) -> None:
    """Whoever has roles in one enterprise cannot tell accounts of another one from accounts that do not exist."""
    red = Evidence(
        NOW, grants=tuple(g for g in evidence.grants if g.enterprise_id == "red"), policies=evidence.policies
    )
    there = decide(Actor("li"), action, Target("shop", Place("blue", ("a",)), None), red)
    nowhere = decide(Actor("li"), action, Target("shop", None, None), red)
    assert there == nowhere
    assert isinstance(there, Refused)


@given(action=actions, target=targets, evidence=evidences(), actor=actors)
def test_what_only_the_operator_does_nobody_else_gets(
    action: Action, target: Target, evidence: Evidence, actor: Actor
) -> None:
    if action.value.operator_only:
        assert isinstance(decide(actor, action, target, evidence), Granted) == actor.is_operator


@given(some=codes)
def test_with_what_is_lacking_nothing_is_lacking(some: frozenset[RelationPermission]) -> None:
    whole = some | {needed for _, needed in lacking(some)}
    assert lacking(whole) == ()
    assert all(needs(code) <= whole for code in whole)


@given(policy=policies)
def test_a_policy_is_read_as_it_was_written(policy: Policy) -> None:
    assert policy_of(content_of(policy)) == policy_of(content_of(policy_of(content_of(policy))))
    again = read_policy(written(policy), "policy.csv")
    if isinstance(again, Refused):
        assert again.reason is Reason.POLICY_LOCKS_OUT
    else:
        assert content_of(again) == content_of(policy)


def test_the_packaged_policy_names_every_action() -> None:
    words = {line.partition(",")[0] for line in written(packaged()).splitlines()[1:]}
    assert words == {action.word for action in Action}
    assert content_of(packaged()) == content_of(read_packaged())


def read_packaged() -> Policy:
    policy = read_policy(written(packaged()), "permission_policy.csv")
    assert isinstance(policy, Policy)
    return policy


def test_each_tier_has_all_that_the_one_before_it_has() -> None:
    tiers = list(Tier)
    for lower, higher in pairwise(tiers):
        assert {one for one in Capability if can(lower, one)} < {one for one in Capability if can(higher, one)}
    assert all(can(tiers[-1], one) for one in Capability)
    assert all(can(least(one), one) for one in Capability)
