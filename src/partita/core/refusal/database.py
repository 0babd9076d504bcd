"""Texts of refusals about the database itself. Rules: REFUSE-1 (`docs/rules/refusal.md`)."""

from __future__ import annotations

PROGRAM_NOT_FOUND = (
    (
        "There is no program {program} here. The embedded server brings pg_dump and pg_restore; psql comes with "
        "the system's PostgreSQL client."
    ),
    "未找到程序 {program}。内嵌数据库自带 pg_dump 与 pg_restore；psql 需安装系统的 PostgreSQL 客户端。",
)
DATABASE_IN_USE = (
    "Another command is using the database: wait for it, or use --force. What is committed stays.",
    "另一个命令正在使用数据库：请等待其结束，或使用 --force。已提交的内容会保留。",
)
DATABASE_NOT_OURS = (
    "DATABASE_URL names a server that was started elsewhere; stop it there.",
    "DATABASE_URL 指向外部启动的服务器，请在该服务器上停止。",
)
