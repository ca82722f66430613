#!/usr/bin/env bash
# setup.sh [build|test|bench|lint]...: installs what is missing for these purposes, and nothing that is there.
#
# Debian and its family only; elsewhere it prints what to install. For `build` it also sees to a llama-server.
set -euo pipefail
cd "$(dirname "$0")/.."

# purpose | packages, the first that apt knows | what makes the package unnecessary: a command on PATH, a function
table='
build | gcc                               | gcc
build | make                              | make
build | pkg-config                        | pkg-config
build | libc6-dev                         |
build | libuv1-dev                        |
build | libllhttp-dev node-llhttp         |
build | libcurl4-openssl-dev libcurl4-gnutls-dev |
build | libjansson-dev                    |
build | libhyperscan-dev libvectorscan-dev |
build | libpcre2-dev                      |
build | libyaml-dev                       |
build | libsqlite3-dev                    |
build | zlib1g-dev                        |
build | libzstd-dev                       |
build | ca-certificates                   |
build | nodejs                            | has_npm_or_web
build | npm                               | has_npm_or_web
test  | libcmocka-dev                     |
test  | nodejs                            | has_node
test  | npm                               | has_npm
test  | chromium                          | has_chromium
test  | curl                              | curl
test  | python3                           | python3
test  | clang                             | clang
test  | libclang-rt-dev libclang-rt-14-dev |
bench | curl                              | curl
bench | python3                           | python3
bench | nginx-light nginx                 | nginx
bench | sqlite3                           | sqlite3
lint  | cppcheck                          | cppcheck
lint  | clang-tidy                        | clang-tidy
lint  | clang-format                      | clang-format
lint  | valgrind                          | valgrind
lint  | man-db                            | man
'
# pkg-config names of the libraries: the check on other systems
libraries='libuv libcurl jansson libhs libpcre2-8 yaml-0.1 sqlite3 zlib libzstd'

# A node from elsewhere is fine, and Debian's npm could pull in another one beside it.
has_node() { command -v node >/dev/null && [ "$(node -p 'parseInt(process.versions.node)' 2>/dev/null || echo 0)" -ge 18 ]; }
# For the build npm is only wanted as long as there is something to fetch.
has_npm_or_web() { has_npm || cmp -s web/package-lock.json web/node_modules/.fetched; }
has_npm() { has_node && command -v npm >/dev/null; }
# What tests/e2e/browser.mjs looks for: it draws the reports.
has_chromium() { [ -n "${CHROMIUM:-}" ] || command -v chromium chromium-browser google-chrome >/dev/null; }

say() { printf '  setup  %s\n' "$*"; }
fail() {
    printf 'setup: %s\n' "$1" >&2
    exit 1
}
trim() { sed 's/^ *//; s/ *$//' <<<"$1"; }

[ $# -gt 0 ] || set -- build
for purpose in "$@"; do
    case $purpose in
    build | test | bench | lint) ;;
    -h | --help) sed -n '2,4s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "usage: setup.sh [build|test|bench|lint]..." >&2; exit 2 ;;
    esac
done
wanted=" build $* " # everything needs what the build needs

rows=() # "alternatives|check" of what is wanted
while IFS='|' read -r for_what packages check; do
    for_what=$(tr -d ' ' <<<"$for_what")
    [ -n "$for_what" ] && [[ $wanted == *" $for_what "* ]] && rows+=("$(trim "$packages")|$(trim "$check")")
done <<<"$table"

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    # shellcheck disable=SC2086
    if [ "$wanted" = " build build " ] && command -v pkg-config >/dev/null && pkg-config --exists $libraries libllhttp; then
        say "not a Debian-family system, but the libraries are here"
    else
        printf 'setup: this is no Debian-family system. Install the equivalents of these packages, then make SETUP=0:\n' >&2
        printf '  %s\n' "${rows[@]%%|*}" | sed 's/ / or /3g' >&2
        exit 1
    fi
    rows=()
fi

known=$([ ${#rows[@]} -eq 0 ] || dpkg-query -W -f '${Package} ${db:Status-Status}\n' 2>/dev/null | awk '$2 == "installed" { print $1 }')
missing=()
for row in "${rows[@]}"; do
    packages=${row%%|*} check=${row#*|}
    [ -n "$check" ] && { if declare -F "$check" >/dev/null; then "$check"; else command -v "$check" >/dev/null; fi; } && continue
    for package in $packages; do grep -qxF "$package" <<<"$known" && continue 2; done
    missing+=("$packages")
done

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else fail "not root and no sudo. As root: apt-get install ${chosen[*]:-${missing[*]}}"
    fi
}
# not grep -q: it would end early, and apt-cache's broken pipe would count as a failure
has_candidate() { LC_ALL=C apt-cache policy "$1" 2>/dev/null | grep 'Candidate: [0-9]' >/dev/null; }

choose() { # the first package of each row that apt knows, into chosen[]; unknown rows into unknown[]
    chosen=() unknown=()
    local packages package
    for packages in "${missing[@]}"; do
        for package in $packages; do has_candidate "$package" && { chosen+=("$package"); continue 2; }; done
        unknown+=("$packages")
    done
}

# Packages of services would start them: a policy that says no stands while apt runs.
policy=/usr/sbin/policy-rc.d
install_chosen() {
    local made=0 status=0
    if [[ " ${chosen[*]} " == *" nginx"* ]] && [ ! -e $policy ]; then
        printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
        as_root chmod 755 $policy
        made=1
        trap 'as_root rm -f '$policy EXIT
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install "${chosen[@]}" || status=$?
    if [ $made = 1 ]; then
        as_root rm -f $policy
        trap - EXIT
    fi
    return $status
}

if [ ${#missing[@]} -gt 0 ]; then
    choose
    if [ ${#unknown[@]} -gt 0 ]; then
        say "reading apt's package lists"
        as_root apt-get -q update || fail "apt-get update failed: see above"
        choose
    fi
    [ ${#unknown[@]} -eq 0 ] || fail "apt knows none of: $(printf '(%s) ' "${unknown[@]}"). Is this release too old? Debian 12 is the oldest that is supported"
    say "installing ${chosen[*]}"
    install_chosen || fail "apt-get install ${chosen[*]} failed: see above"
fi

scripts/fetch-web.sh "$([[ " $* " == *" lint "* ]] && echo --all)"

if [[ " $* " == *" build "* ]]; then
    if ! command -v llama-server >/dev/null && ! build/llama/bin/llama-server --version >/dev/null 2>&1; then
        scripts/fetch-llama-server.sh build/llama ||
            printf 'setup: sluice is built without a local model to talk to; everything else works.\n' >&2
    fi
fi
