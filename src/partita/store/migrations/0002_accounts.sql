-- Accounts, legal entities, users, roles and policies. Everything here is append-only; the last row counts.

-- accounts ------------------------------------------------------------------------------------------------------------
-- accounts from a setup folder have no row here: they count as enterprise accounts
create table account_registration (
    account_id    text primary key references account,
    kind          text not null check (kind in ('individual', 'enterprise')),
    registered_by text not null,
    recorded_at   timestamptz not null,
    row_hash      bytea not null
);

-- one row per state reached; without a row an account is open
create table account_step (
    account_id  text not null references account,
    step        integer not null check (step > 0),
    state       text not null check (state in ('open', 'frozen', 'closed')),
    note        text not null,
    recorded_by text not null,
    recorded_at timestamptz not null,
    row_hash    bytea not null,
    primary key (account_id, step)
);

-- a number is known once in a register: the unified social credit code, the resident id, a foreign register
create table legal_entity (
    entity_id   text primary key,
    kind        text not null check (kind in ('organisation', 'person', 'foreign')),
    country     text not null,
    number      text not null,
    name        text not null,
    recorded_at timestamptz not null,
    row_hash    bytea not null,
    unique (country, kind, number)
);

create table verification (
    account_id  text not null references account,
    sequence    integer not null check (sequence > 0),
    entity_id   text not null references legal_entity,
    recorded_by text not null,
    recorded_at timestamptz not null,
    row_hash    bytea not null,
    primary key (account_id, sequence)
);

create table invoice_profile (
    account_id   text not null references account,
    sequence     integer not null check (sequence > 0),
    title        text not null,
    tax_number   text not null,
    address      text not null,
    phone        text not null,
    bank         text not null,
    bank_account text not null,
    recorded_by  text not null,
    recorded_at  timestamptz not null,
    row_hash     bytea not null,
    primary key (account_id, sequence)
);

create table customer_tier (
    account_id     text not null references account,
    effective_from timestamptz not null,
    tier           text not null check (tier in ('basic', 'advanced', 'self-service')),
    recorded_by    text not null,
    recorded_at    timestamptz not null,
    row_hash       bytea not null,
    primary key (account_id, effective_from)
);

-- people --------------------------------------------------------------------------------------------------------------
-- the enterprise whose administrators look after the user; roles elsewhere are given by the operator
create table books_user (
    user_id       text primary key,
    enterprise_id text not null references enterprise,
    name          text not null,
    recorded_by   text not null,
    recorded_at   timestamptz not null,
    row_hash      bytea not null
);

-- org_unit_id null = the whole enterprise; effective_until null = no end foreseen
create table role_grant (
    grant_id        text primary key,
    user_id         text not null references books_user,
    role            text not null,
    enterprise_id   text not null references enterprise,
    org_unit_id     text,
    effective_from  timestamptz not null,
    effective_until timestamptz check (effective_until > effective_from),
    recorded_by     text not null,
    recorded_at     timestamptz not null,
    row_hash        bytea not null,
    foreign key (enterprise_id, org_unit_id) references org_unit
);
create index role_grant_user on role_grant (user_id, effective_from);

create table role_revocation (
    grant_id       text primary key references role_grant,
    effective_from timestamptz not null,
    recorded_by    text not null,
    recorded_at    timestamptz not null,
    row_hash       bytea not null
);

-- which role may do what in an enterprise; the last one counts, and without one the packaged policy does.
-- content: {"view-bills": ["administrator", "finance"], …}
create table permission_policy (
    enterprise_id text not null references enterprise,
    sequence      integer not null check (sequence > 0),
    digest        bytea not null,
    content       jsonb not null,
    recorded_by   text not null,
    recorded_at   timestamptz not null,
    row_hash      bytea not null,
    primary key (enterprise_id, sequence)
);

-- guards --------------------------------------------------------------------------------------------------------------
do $$
declare name text;
begin
    foreach name in array array[
        'account_registration', 'account_step', 'legal_entity', 'verification', 'invoice_profile', 'customer_tier',
        'books_user', 'role_grant', 'role_revocation', 'permission_policy']
    loop
        execute format('create trigger seal before insert on %I for each row execute function seal_row()', name);
        execute format('grant select, insert on %I to partita_app', name);
    end loop;
end $$;
