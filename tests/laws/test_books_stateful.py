"""Laws of the books, whatever people do with them: a machine gives them commands and holds them against a model.

Two tenants; commands by the operator, by people who may, who may not, and by people of the other tenant. After each:
money is conserved, no balance is below its bound, derived = stored = the model's, holds are what usage is worth, a
refusal leaves every byte as it was, a repetition changes nothing and answers the same, and the other tenant's rows stay
as they were. At the end of each example `verify` holds, and its commands played on fresh books give the same books.

A failure prints the seed and the commands: paste them into `books_commands.replay`, or set `PARTITA_SEED`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from psycopg.conninfo import make_conninfo

from laws import books_draws as draws
from laws import books_model_clear, books_model_close
from laws.books_check import compare, compare_all
from laws.books_commands import Command, carry_out, instant, replay, tenants_named
from laws.books_digest import Digest, differing, digest, statement_of
from laws.books_draws import Dice
from laws.books_model import Model
from laws.books_reads import look, look_at_costs
from laws.books_relation_draws import FAMILIES, sensible
from laws.books_tally import FIXED_SEEDS, LEAST_STEPS, PROPERTY, SEED, Tally, fresh_seed, gather, judge, summary
from laws.books_world import TENANTS, Copies, Tenant, found, other
from partita.core.refusal import Refused
from partita.settings import Settings
from servers import clone, drop

RUNS = len(FIXED_SEEDS) + 1
NEXT_SEED = 1_000_000_007
STEPS = 280
EXAMPLES = 7
BYTES = 16
OF_ALL = frozenset({"expire_vouchers", "expire_cards", "run_control", "rate", "close", "notice"})
"""Commands on the books as a whole, which may move both tenants."""
SET_ANEW = frozenset(
    {
        "set_policy",
        "set_cap",
        "set_order",
        "expire_invitation",
        "expire_vouchers",
        "expire_cards",
        "run_control",
        "rate",
    }
)
"""Commands without a key: later they are another command, not a repetition."""
TOLD_ONCE = frozenset(
    {
        "repeated", "bills_paid", "already_imported", "already_closed", "changed", "headline", "consequences", "lapsed",
        "waiting", "relations", "changes", "endings", "rejections", "months",
    }
)  # fmt: skip
"""What an answer says of the moment: a repetition says that it is one, and tells nothing that happened now."""
DRAWS = {name: draw for family in FAMILIES.values() for name, draw in family.items()}


def always(**drawn: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return the decorator of a rule that is never switched off.

    Hypothesis switches off rules by their name, about half of them for a whole example: a voucher would be shared where
    none is ever issued. Rules of one name are there together.
    """

    def named(function: Callable[..., None]) -> Callable[..., None]:
        function.__name__ = "step"
        return rule(**drawn)(function)

    return named


def of_family(family: str) -> Callable[..., None]:
    """Return the rule that gives a command of a family."""
    names = list(FAMILIES[family])

    def give(self: BooksMachine, which: int, numbers: bytes) -> None:
        self.give(names[which], numbers)

    return always(which=st.integers(0, len(names) - 1), numbers=st.binary(min_size=BYTES, max_size=BYTES))(give)


class BooksMachine(RuleBasedStateMachine):
    """Gives commands to books and to the model, and compares them."""

    copies: Copies
    tally: Tally

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.books, self.clock, self.owner = self.stack.enter_context(self.copies.books())
        self.model = Model()
        self.given: list[Command] = []
        self.done: list[Command] = []
        self.statement = statement_of(self.owner, [tenant.name for tenant in TENANTS])
        self.before = self.digest(self.owner, self.books.room.root)
        self.fails = False

    cash, transfers, freezes = of_family("cash"), of_family("transfers"), of_family("freezes")
    acceptances, cards, refunds = of_family("acceptances"), of_family("cards"), of_family("refunds")
    payments, credit, vouchers = of_family("payments"), of_family("credit"), of_family("vouchers")
    shares, invitations, relations = of_family("shares"), of_family("invitations"), of_family("relations")
    months, control = of_family("months"), of_family("control")

    @always(hours=st.sampled_from([1, 26, 24 * 8, 24 * 13, 24 * 20]))
    def time_goes_by(self, hours: int) -> None:
        """Let the clock move forward."""
        self.tally.steps += bool(self.given)
        self.clock.now += timedelta(hours=hours, minutes=hours)
        self.model.now = self.clock.now

    @always(tenant=st.sampled_from(TENANTS), role=st.sampled_from(["admin", "auditor", "nobody", "main itself"]),
          numbers=st.tuples(st.integers(0, 99), st.integers(0, 99)))  # fmt: skip
    def somebody_looks(self, tenant: Tenant, role: str, numbers: tuple[int, int]) -> None:
        """Let people of a tenant look at all that they can."""
        self.tally.steps += bool(self.given)
        look(self.books, tenant.named(role), tenant, numbers)
        if numbers[0] % 8 == 7:
            look_at_costs(self.books, tenant.named(role), tenant)
        assert self.digest(self.owner, self.books.room.root) == self.before, "whoever looks changes nothing"

    def give(self, name: str, numbers: bytes) -> None:
        """Give a command as the bytes draw it."""
        self.fails = True
        self.tally.steps += any(numbers)  # the first example is always the simplest: one command over and over
        dice = Dice(numbers, len(self.given))
        tenant, how = dice.of(TENANTS), dice.below(10)
        name = name if dice.happens(6) else sensible(name, self.model, tenant)
        who = draws.who(dice, name, tenant)
        command = Command(name, who, instant(self.clock.now), DRAWS[name](dice, self.model, tenant))
        if tenants_named(command.args) == {other(tenant).name}:
            tenant = other(tenant)  # it strayed into the other tenant's affairs altogether
        self.given.append(command)
        try:
            self.carry_out(command, tenant, how)
        except Exception as error:
            error.add_note(self.story())
            raise
        self.fails = False

    def carry_out(self, command: Command, tenant: Tenant, how: int) -> None:
        """Carry a command out, now and then dry before or once more after, and hold the books against the model."""
        if how == 0:
            carry_out(self.books, command, dry_run=True)
            self.nothing_changed("a dry run")
        answer = carry_out(self.books, command)
        if isinstance(answer, Refused):
            self.tally.refused[command.name] += 1
            self.tally.reasons[answer.reason.name] += 1
            self.model.purchases.refused(command.name, command.args, answer.reason.name)
            self.nothing_changed(f"a refusal ({answer.reason.name})")
            return
        self.tally.done[command.name] += 1
        self.done.append(command)
        self.may(command, tenant)
        self.follow(command, answer)
        self.others_rest(command, tenant)
        if how == 1:
            self.again(command, answer)
        if how == 2:
            self.earlier_again(len(self.done) // 2)

    def may(self, command: Command, tenant: Tenant) -> None:
        """Hold what was done against who may do it."""
        assert not draws.is_stranger(command.who, tenant), f"{command.who} may not do this to {tenant.name}"
        if command.who != "operator":
            named = tenants_named(command.args)
            assert named <= {tenant.name}, f"{command.who} names accounts of {named}"

    def follow(self, command: Command, answer: Any) -> None:
        """Move the model and compare."""
        now = datetime.fromisoformat(command.at)
        self.model.follow(command.name, command.args, answer, now)
        books_model_clear.after(self.model, command.name, command.args, answer)
        if command.name == "close" and not answer.already_closed:
            payable = books_model_close.close(self.model, answer.month.number)
            assert sum(payable.values()) == sum(answer.payable.values()), (payable, answer.payable)
        compare(self.owner, self.model)

    def others_rest(self, command: Command, tenant: Tenant) -> None:
        """Hold the other tenant's rows against what they were."""
        after = self.digest(self.owner, self.books.room.root)
        alone = tenants_named(command.args) == {tenant.name} and command.name not in OF_ALL
        if alone:
            place = TENANTS.index(other(tenant)) + 1
            moved = [name for name in differing(self.before, after) if self.of(name, place) != after[name][place:][:1]]
            assert not moved, f"{command.name} for {tenant.name} moved rows of the other tenant in {moved}"
        self.before = after

    def of(self, name: str, place: int) -> tuple[str, ...]:
        """Return a part of the digest of a table as it was; nothing for a file."""
        return self.before.get(name, ())[place:][:1]

    def again(self, command: Command, answer: Any) -> None:
        """Give a command that was done once more: the same answer, and nothing happens."""
        repeated = carry_out(self.books, command)
        self.tally.repeats += 1
        assert not isinstance(repeated, Refused), f"the repetition is refused: {repeated.message()}"
        assert getattr(repeated, "repeated", True), "the repetition says that it is none"
        apart = [name for name, said in same(answer).items() if same(repeated)[name] != said]
        assert not apart, f"the repetition says something else of {apart}: {repeated}, first {answer}"
        self.nothing_changed("a repetition")

    def earlier_again(self, place: int) -> None:
        """Give a command of long ago once more: it is known, or refused for what has changed since."""
        command = self.done[place]
        if command.name in SET_ANEW:
            return
        repeated = carry_out(self.books, command)
        self.tally.repeats += 1
        assert isinstance(repeated, Refused) or getattr(repeated, "repeated", True), f"{command} was done twice"
        self.nothing_changed(f"the repetition of {command}")

    def nothing_changed(self, by: str) -> None:
        """Hold the whole database and all files against what they were."""
        after = self.digest(self.owner, self.books.room.root)
        assert after == self.before, f"{by} changed {differing(self.before, after)}"

    def digest(self, owner: psycopg.Connection, room: Path) -> Digest:
        """Return the digest of a database and its files."""
        return digest(owner, self.statement, room)

    def teardown(self) -> None:
        """Prove the books, and play the commands on fresh ones."""
        with self.stack:
            if self.fails:
                return
            try:
                compare_all(self.books, self.model)
                with self.copies.books() as (fresh, clock, owner):
                    replay(fresh, clock, self.done)
                    anew = self.digest(owner, fresh.room.root)
            except Exception as error:
                error.add_note(self.story())
                raise
            assert anew == self.before, f"played again, {differing(self.before, anew)} differ\n{self.story()}"
            self.tally.examples += 1

    def story(self) -> str:
        """Return the commands as a list to paste."""
        lines = "".join(f"    {command!r},\n" for command in self.given)
        return f"seed {self.tally.seed}; replay(books, clock, [\n{lines}])"


def same(answer: Any) -> dict[str, Any]:
    """Return what an answer says but of the moment."""
    assert is_dataclass(answer)
    return {one.name: getattr(answer, one.name) for one in fields(answer) if one.name not in TOLD_ONCE}


@pytest.fixture(scope="module")
def copies(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Copies of two tenants that are founded once."""
    home = tmp_path_factory.mktemp("books")
    name = f"partita_founded_{home.parent.name[-8:]}_{abs(hash(str(home)))}".replace("-", "_")
    with psycopg.connect(server, autocommit=True) as connection:
        clone(connection, name, template)
        url = make_conninfo(server, dbname=name)
        found(Settings(home=home / "founded", database_url=url, memory="512MB", threads=1, language="en", now=None))
        yield Copies(server, name, home)
        drop(connection, name)


@pytest.mark.slow
@pytest.mark.parametrize("number", [*FIXED_SEEDS, "fresh"])
def test_whatever_is_done_to_them_the_books_are_right(
    number: int | str,
    copies: Copies,
    tmp_path_factory: pytest.TempPathFactory,
    record_property: Callable[[str, object], None],
) -> None:
    tally = Tally(fresh_seed() if isinstance(number, str) else number)
    print(f"seed {tally.seed}")  # noqa: T201 - for whoever reads the output
    record_property(SEED, tally.seed)
    machine = type("Machine", (BooksMachine,), {"copies": copies, "tally": tally})
    for turn in count():  # an example may end before its last step, so some seeds need one more
        run_state_machine_as_test(
            seed(tally.seed + turn * NEXT_SEED)(machine),
            settings=settings(
                max_examples=2 if turn else EXAMPLES,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                phases=[Phase.generate, Phase.shrink],
                verbosity=Verbosity.quiet,
                suppress_health_check=list(HealthCheck),
            ),
        )
        if tally.steps * RUNS >= LEAST_STEPS:
            break
    record_property(PROPERTY, tally.as_text())
    print("\n".join(summary([tally])))  # noqa: T201 - for whoever reads the output
    base = tmp_path_factory.getbasetemp()
    every = gather(base.parent if "popen" in base.name else base, tally)
    if len(every) == RUNS:
        judge(every, DRAWS)
