-- Packages that were given back (docs/rules/resource_package.md PKG-8).

-- quota_e6: how much of the window in which a stretch was given back is paid for; the rest came back, and covers nothing
create table package_cut (
    account_id  text not null,
    package_id  text not null,
    stretch     integer not null,
    quota_e6    bigint not null check (quota_e6 >= 0),
    recorded_at timestamptz not null,
    row_hash    bytea not null,
    primary key (account_id, package_id, stretch),
    foreign key (account_id, package_id, stretch) references package_stretch
);
create trigger seal before insert on package_cut for each row execute function seal_row();
grant select, insert on package_cut to partita_app;
alter table package_cut enable row level security;
create policy application on package_cut to partita_app using (true) with check (true);
create policy tenant on package_cut to partita_tenant
    using (exists (select from account a where a.account_id = package_cut.account_id))
    with check (exists (select from account a where a.account_id = package_cut.account_id));
grant select, insert on package_cut to partita_tenant;
