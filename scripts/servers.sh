# Sourced, after packages.sh, by scripts that start a server of their own, without pgwright.
# shellcheck shell=bash

# The same answer as scripts/setup's, which puts servers there.
pg_home=${XDG_DATA_HOME:-$HOME/.local/share}/pgwright
if [ "$(id -u)" = 0 ]; then pg_home=/var/lib/pgwright; fi
pg_home=${PGWRIGHT_HOME:-$pg_home}

bin_of() { # MAJOR: where that server's programs are
    local bin
    for bin in "$pg_home/postgres/$1/bin" "/usr/lib/postgresql/$1/bin" "/usr/pgsql-$1/bin" \
        "/opt/homebrew/opt/postgresql@$1/bin" "/usr/local/opt/postgresql@$1/bin"; do
        if [ -x "$bin/initdb" ]; then echo "$bin"; return 0; fi
    done
    return 1
}

psql=$(command -v psql || true)
[ -n "$psql" ] || psql=$(compgen -G "$pg_home/postgres/*/bin/psql" | tail -n 1 || true)

# PostgreSQL refuses to run as root: then an unprivileged account runs it.
account=
if [ "$(id -u)" = 0 ]; then
    for account in postgres nobody; do
        if id "$account" >/dev/null 2>&1; then break; fi
    done
fi
as_server() {
    if [ -z "$account" ]; then
        "$@"
    else
        setpriv --reuid "$account" --regid "$(id -g "$account")" --clear-groups \
            env HOME="$scratch" "$@"
    fi
}

servers=()
at_exit() {
    local dir
    for dir in ${servers[@]+"${servers[@]}"}; do
        as_server "$dir/bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null 2>&1 || true
    done
}

start_server() { # MAJOR: leaves its connection string in $server
    local dir=$scratch/server-$1 source
    source=$(bin_of "$1") || { echo "PostgreSQL $1 is not installed" >&2; return 1; }
    mkdir "$dir"
    if as_server test -x "$source/postgres"; then
        ln -s "$source" "$dir/bin"
    else
        # In root's home, say: the account cannot reach it, and gets a copy.
        cp -R "$(dirname "$(realpath "$source")")/." "$dir"
        chmod -R a+rX "$dir"
    fi
    mkdir "$dir/data" "$dir/socket"
    [ -z "$account" ] || chown "$account" "$dir/data" "$dir/socket"
    as_server "$dir/bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C \
        --no-sync >"$dir/log" || { cat "$dir/log" >&2; return 1; }
    as_server "$dir/bin/pg_ctl" -D "$dir/data" -w -l "$dir/data/log" \
        -o "-c listen_addresses='' -c unix_socket_directories=$dir/socket -c fsync=off" \
        start >/dev/null || { cat "$dir/data/log" >&2; return 1; }
    servers+=("$dir")
    server="host=$dir/socket user=postgres"
}

sql() { # DATABASE ARGUMENT…: psql that stops at the first error
    local database=$1
    shift
    PGOPTIONS='-c client_min_messages=warning' "$psql" "$server dbname=$database" \
        --no-psqlrc --quiet --set ON_ERROR_STOP=1 "$@"
}
