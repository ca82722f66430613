#!/usr/bin/env bash
# The rules that a program can check: docs/internals/principles.md, and that the papers say what the code does.
# One line per check; below a failed one its violations as file:line. Exit code 1 when one failed.
#
#   scripts/lint.sh             every check
#   scripts/lint.sh NAME...     only these (the words in front)
set -u
cd "$(dirname "$0")/.." || exit 1
export LC_ALL=C
packages=$(sed -n 's/^PACKAGES := //p' Makefile)
# shellcheck disable=SC2086,SC2207
flags=(-std=gnu17 -D_GNU_SOURCE -Isrc '-DSLUICE_VERSION=""' '-DSLUICE_PREFIX=""' $(pkg-config --cflags $packages 2>/dev/null)
    $(pkg-config --cflags libllhttp 2>/dev/null || echo -isystem /usr/share/include/llhttp))

tidy_checks='
    bugprone-infinite-loop, bugprone-integer-division, bugprone-macro-repeated-side-effects,
    bugprone-not-null-terminated-result, bugprone-posix-return, bugprone-signal-handler,
    bugprone-suspicious-memset-usage, bugprone-suspicious-semicolon, bugprone-suspicious-string-compare,
    bugprone-terminating-continue, bugprone-too-small-loop-variable, bugprone-unused-return-value,
    cert-flp30-c, misc-misplaced-const'
# clang-tidy on one file: its findings, or a stamp that it has none.
tidy_one() {
    local out
    if out=$(clang-tidy --quiet --warnings-as-errors='*' --checks="-*,$(tr -d ' \n' <<<"$tidy_checks")" "$1" -- "${flags[@]}" 2>&1); then
        : >"$2"
    else
        out=$(grep -E '(warning|error):' <<<"$out")
        echo "${out:-$1:1: clang-tidy gave up}" | sed "s|^$PWD/||"
    fi
}
if [ "${1:-}" = --tidy ]; then
    tidy_one "$2" "$3"
    exit 0
fi

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
failed=0 ran=0 wanted=" $* "
most_shown=40 most_file_lines=600 most_function_lines=60

# check NAME WHAT COMMAND...: what the command prints is a violation; a line "skip: WHY" is not.
check() {
    local name=$1 what=$2 skipped
    shift 2
    [ "$wanted" = "  " ] || [[ $wanted == *" $name "* ]] || return 0
    ran=$((ran + 1))
    "$@" >"$tmp/found" 2>&1
    skipped=$(sed -n 's/^skip: //p' "$tmp/found" | paste -sd, -)
    sed -i '/^skip: /d' "$tmp/found"
    if [ -s "$tmp/found" ]; then
        printf '  FAIL  %-12s %s\n' "$name" "$what"
        sed "s/^/          /;${most_shown}q" "$tmp/found"
        [ "$(wc -l <"$tmp/found")" -le $most_shown ] || echo "          ... $(wc -l <"$tmp/found") in all"
        failed=1
    else
        printf '  %-4s  %-12s %s\n' "$([ -z "$skipped" ] && echo ok || echo skip)" "$name" "$what${skipped:+ ($skipped)}"
    fi
}

# ---------------------------------------------------------------- what is looked at

# Every text file of the project; neither what is built nor what is fetched.
find . \( -name .git -o -name build -o -name node_modules -o -name __pycache__ \) -prune -o -type f -print |
    sed 's|^\./||' | grep -vE '\.(gguf|png|db)$|(^|/)(\.git|[^/]*-lock\.json|[^/]*\.weights|\.package-lock\.json)$' | sort >"$tmp/files"
grep -E '^(src|tests|bench|models)/.*\.[ch]$' "$tmp/files" >"$tmp/c"
grep -E '^src/' "$tmp/c" >"$tmp/src"
layers=$(sed -n 's/^LAYERS := //p' Makefile)

# "file:line:code" with comments gone and strings emptied, so that tokens can be looked for.
strip() {
    xargs -r awk '
        FNR == 1 { inside = 0 }
        {
            line = $0; code = ""
            while (line != "") {
                if (inside) {
                    end = index(line, "*/")
                    if (!end) break
                    line = substr(line, end + 2); inside = 0
                    continue
                }
                if (!match(line, /["\047]|\/\/|\/\*/)) { code = code line; break }
                code = code substr(line, 1, RSTART - 1)
                mark = substr(line, RSTART, RLENGTH); line = substr(line, RSTART + RLENGTH)
                if (mark == "//") break
                if (mark == "/*") { inside = 1; continue }
                pattern = mark == "\"" ? "^([^\"\\\\]|\\\\.)*\"" : "^([^\047\\\\]|\\\\.)*\047"
                if (match(line, pattern)) line = substr(line, RLENGTH + 1); else line = ""
                code = code mark mark
            }
            print FILENAME ":" FNR ":" code
        }' <"$1"
}
strip "$tmp/src" >"$tmp/code"

# tokens PATTERN: where a call of one of these functions stands in src/; not as a member of a struct.
tokens() { grep -E "^[^:]*:[0-9]+:(.*[^A-Za-z0-9_.>])?($1)[[:space:]]*\(" "$tmp/code" | cut -d: -f1,2,3- | sed 's/:[[:space:]]*/: /2'; }
# without PATH...: drops hits in files that begin with one of the paths.
without() { grep -vE "^($(tr ' ' '|' <<<"$*"))"; }

# ---------------------------------------------------------------- code

banned() {
    tokens 'strcpy|strcat|stpcpy|sprintf|vsprintf|gets|strtok|strtok_r|scanf|sscanf|fscanf|vscanf|vsscanf|system|popen|alloca|gmtime|localtime|rand|srand|random|tmpnam|mktemp'
    tokens 'malloc|calloc|realloc|reallocarray|strdup|strndup|memalign|posix_memalign|aligned_alloc|asprintf|vasprintf' | without src/base/mem.c
}

file_length() {
    grep -E '\.([ch]|sh|m?js|py)$' "$tmp/files" | xargs -r wc -l | awk -v most=$most_file_lines '$2 != "total" && $1 > most { print $2 ":1: " $1 " lines, " most " are allowed" }'
}

# A function begins with the last line that has something in column 0, and ends with a brace there.
function_length() {
    xargs -r awk -v most=$most_function_lines '
        FNR == 1 { inside = 0 }
        !inside && /^[A-Za-z_]/ { start = FNR; name = $0 }
        !inside && /\)( __attribute__.*)? \{$/ && start { inside = 1 }
        /^}/ {
            n = FNR - start + 1
            if (inside && n > most) { sub(/\(.*/, "", name); sub(/.*[ *]/, "", name); print FILENAME ":" start ": " name " has " n " lines, " most " are allowed" }
            inside = 0; start = 0
        }' <"$tmp/c"
}

# Arrows point up the list of layers only; what is private to a folder stays in it.
layering() {
    [ -n "$layers" ] || echo "Makefile: no LAYERS"
    for d in src/*/; do
        d=$(basename "$d")
        [[ " $layers " == *" $d "* ]] || echo "src/$d: no layer of that name in the Makefile"
    done
    xargs -r grep -nE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' <"$tmp/src" /dev/null | awk -F: -v layers="$layers" '
        BEGIN { n = split(layers, list, " "); for (i = 1; i <= n; i++) rank[list[i]] = i }
        {
            match($3, /"[^"]*"/); target = substr($3, RSTART + 1, RLENGTH - 2)
            split($1, from, "/"); split(target, to, "/")
            mine = from[2] in rank ? rank[from[2]] : n
            if (!(to[1] in rank)) print $1 ":" $2 ": \"" target "\" names no layer"
            else if (rank[to[1]] > mine) print $1 ":" $2 ": " from[2] " may not use " target
            else if (to[1] != from[2] && target ~ /(_|\/)internal\.h$/) print $1 ":" $2 ": " target " is private to " to[1]
        }'
}

guards() {
    grep '\.h$' "$tmp/src" | while read -r h; do
        guard=SLUICE_$(sed 's|^src/||; s|[/.-]|_|g' <<<"$h" | tr '[:lower:]' '[:upper:]')
        first=$(grep -nE '^[[:space:]]*#' "$h" | head -2 | sed 's/^[0-9]*://' | tr '\n' ' ')
        [ "$first" = "#ifndef $guard #define $guard " ] || echo "$h:1: begins with something else than #ifndef $guard, #define $guard"
        [ "$(tail -n 1 "$h")" = "#endif" ] || echo "$h:$(wc -l <"$h"): does not end with #endif"
    done
}

self_contained() {
    grep '\.h$' "$tmp/src" | xargs -r -P "$(nproc)" -I{} "${CC:-gcc}" "${flags[@]}" -Wall -Wextra -Werror -fsyntax-only -include {} -x c /dev/null
}

# ---------------------------------------------------------------- the way out

# Who may open a connection or send on one, and why.
#   src/upstream/          the one way out; asks for a clearance
#   src/local/probe.c      asks the local server whether it is there; sends constants only
#   src/cmd/ask.c          is a caller of a gateway
#   src/cmd/doctor.c       asks its own listen.address for /healthz
#   src/gateway/server.c   looks up its own listen.address, and connects nowhere
way_out() {
    tokens 'uv_tcp_connect|uv_pipe_connect2?|uv_udp_(connect|try_)?send|connect|sendto|sendmsg|curl_easy_perform|curl_multi_add_handle' |
        without src/upstream/ src/local/probe.c src/cmd/ask.c src/cmd/doctor.c
    tokens 'uv_getaddrinfo|getaddrinfo' | without src/upstream/ src/local/probe.c src/cmd/doctor.c src/gateway/server.c
}

clearance() {
    tokens 'gate_clear|gate_clear_masked' | without src/gate/clearance src/gate/masking src/gateway/
    grep -E '(\.|->)seal[[:space:]]*=[^=]' "$tmp/code" | without src/gate/
    grep -E '\((const )?struct (clearance|verdict)\)[[:space:]]*\{' "$tmp/code" | without src/gate/
    tokens 'verdict_seal|clearance_seal' | without src/gate/
    # and the one function that sends must ask
    awk '/^struct upstream_call \*upstream_start\(/ { inside = 1 } inside && /clearance_permits\(/ { asks = 1 } /^}/ { inside = 0 }
         END { if (!asks) print "src/upstream/upstream.c:1: upstream_start does not ask clearance_permits" }' src/upstream/upstream.c
}

# What a caller or a model wrote has no place in a log: fields are named, never bodies and texts.
logs() { grep -nE 'LOG_SPAN\([^)]*(body|text|prompt|answer|content|value)' -r src --include=*.c | without src/base/log; }

# ---------------------------------------------------------------- text

# Patterns are put together here so that this file does not hold what it looks for.
marks() {
    local unfinished="TO""DO|FIX""ME|XX""X|HA""CK" paths="/wo""rk/|/tmp/s""lm|/ro""ot/|/ho""me/[a-z]"
    # a conversation is one too: only those of people at work are meant
    local own="(this|last|earlier|previous|next|another|an|my|our) ses""sions?|hel""pers?|is""sue #[0-9]+|clo""sing note"
    xargs -r grep -nEI "(^|[^A-Za-z0-9_])($unfinished)([^A-Za-z0-9_]|$)|$paths" <"$tmp/files" /dev/null
    xargs -r grep -nEIi "(^|[^a-z0-9_/])($own)([^a-z0-9_.]|\.?$)" <"$tmp/files" /dev/null
}

secrets() {
    local body='[A-Za-z0-9_-]{16,}'
    local shapes="s""k-$body|s""k_live_$body|gh""[pousr]_$body|github""_pat_$body|AK""IA[0-9A-Z]{16}|xo""x[abprs]-$body|AI""za$body|gl""pat-$body|h""f_$body|ey""J$body\\.$body"
    shapes="$shapes|-----BE""GIN [A-Z ]*PRIVATE KEY-----[\\\\n]*[A-Za-z0-9+/=]{16}"
    xargs -r grep -nEIo "(^|[^A-Za-z0-9_-])($shapes)" <"$tmp/files" /dev/null | sed -E 's/(:[0-9]+:).*/\1 looks like a secret; build it where it is used/'
}

scripts() {
    grep -E '\.sh$|^\.ci/' "$tmp/files" >"$tmp/sh"
    while read -r f; do bash -n "$f" || echo "$f:1: does not parse"; done <"$tmp/sh"
    xargs -r ls -l <"$tmp/sh" | awk '$1 !~ /x/ { print $NF ":1: is not executable" }'
    if command -v shellcheck >/dev/null; then xargs -r shellcheck -S warning -f gcc <"$tmp/sh"; else echo "skip: no shellcheck"; fi
}

# The scripts of the pages keep the types that their comments state.
web_types() {
    if [ -x web/node_modules/.bin/tsc ]; then web/node_modules/.bin/tsc -p web; else echo "skip: no tsc; scripts/fetch-web.sh --all"; fi
}

# Relative links lead to files that are there.
links() {
    grep '\.md$' "$tmp/files" | while read -r f; do
        grep -noE '\]\([^)# ]+' "$f" | grep -v '](http' | while IFS=: read -r line target; do
            target=${target#](}
            [ -e "$(dirname "$f")/$target" ] || echo "$f:$line: $target is not there"
        done
    done
}

# ---------------------------------------------------------------- what users read

# Every command and every long option stands in the manual and in the completions.
manual() {
    local bin=build/sluice command option page
    [ -x $bin ] || { echo "skip: $bin is not built"; return; }
    $bin --help | sed -n 's/^  \([a-z][a-z]*\)  .*/\1/p' | while read -r command; do
        for page in man/sluice.1 completion/sluice.bash completion/_sluice completion/sluice.fish; do
            grep -qwe "$command" "packaging/$page" || echo "packaging/$page:1: no command $command"
        done
        $bin "$command" --help | sed -n 's/^  .\{3\} --\([a-z-]*\).*/\1/p; s/^  -[a-z], --\([a-z-]*\).*/\1/p' | sort -u | while read -r option; do
            in_section "$command" packaging/man/sluice.1 | sed 's/\\//g' | grep -qe "--$option\b" || echo "packaging/man/sluice.1:1: $command: no --$option"
            grep -E "^ *$command\)" -A 12 packaging/completion/sluice.bash | sed '1!{/^ *[a-z]*)/,$d}' | grep -qe "--$option\b" ||
                echo "packaging/completion/sluice.bash:1: $command: no --$option"
            grep -E "^ *$command\)" -A 14 packaging/completion/_sluice | sed '1!{/^ *[a-z]*)/,$d}' | grep -qe "--$option\b" ||
                echo "packaging/completion/_sluice:1: $command: no --$option"
            grep -qE "^complete .*__sluice_in( [a-z]+)* $command( [a-z]+)*'.* -l $option( |$)" packaging/completion/sluice.fish ||
                echo "packaging/completion/sluice.fish:1: $command: no --$option"
        done
    done
    if command -v man >/dev/null; then man --warnings -E UTF-8 -l packaging/man/sluice.1 >/dev/null; else echo "skip: no man"; fi
}
# The part of the manual that describes one command.
in_section() { awk -v name="$1" '/^\.SS / { inside = $2 == name || $3 == name } /^\.SH / { inside = 0 } inside' "$2"; }

# Metrics, log events and settings are documented.
documented() {
    local name
    grep -ohE '"sluice_[a-z_]+"' src/meter/*.c | tr -d '"' | sort -u | while read -r name; do
        grep -qF "\`$name\`" docs/operation.md || echo "docs/operation.md:1: no metric $name"
    done
    grep -ohE 'LOG_(INFO|WARN|ERROR), "[a-z_.]+"' -r src --include=*.c | sed 's/.*"\(.*\)"/\1/' | sort -u | while read -r name; do
        grep -qF "\`$name\`" docs/operation.md || echo "docs/operation.md:1: no log event $name"
    done
    grep -oE '^    (NUMBER\(SETTING_[A-Z]+, |CHOICE\(SETTING_[A-Z_]+, |TEXT\(|FLAG\(|LIST\()"[a-z]+\.[a-z_.]+"' src/config/settings.c |
        sed 's/.*"\(.*\)"/\1/' | while read -r name; do
        grep -qF "\`$name\`" docs/configuration.md || echo "docs/configuration.md:1: no setting $name"
    done
}

unit_file() {
    if command -v systemd-analyze >/dev/null; then
        sed 's|^ExecStart=.*|ExecStart=/bin/true|' packaging/systemd/sluice.service >"$tmp/sluice.service"
        systemd-analyze --man=no verify "$tmp/sluice.service"
    else echo "skip: no systemd-analyze"; fi
}

completions() {
    bash -n packaging/completion/sluice.bash
    if command -v zsh >/dev/null; then zsh -n packaging/completion/_sluice; else echo "skip: no zsh"; fi
    if command -v fish >/dev/null; then fish -n packaging/completion/sluice.fish; else echo "skip: no fish"; fi
}

# ---------------------------------------------------------------- analysers

# Not asked: whether NULL ends a list of arguments (it is a pointer here), the symbols around embedded data, an
# assert before a comma, and a range that an earlier line has checked.
cppcheck_src() {
    command -v cppcheck >/dev/null || { echo "skip: no cppcheck"; return; }
    mkdir -p build/lint/cppcheck
    cppcheck -q -j "$(nproc)" --std=c11 --enable=warning,portability --inline-suppr --cppcheck-build-dir=build/lint/cppcheck \
        --suppress=varFuncNullUB --suppress=comparePointers:src/config/embedded.c --suppress=comparePointers:src/report/html.c --suppress=constStatement:src/config/values.c \
        --suppress=arrayIndexOutOfBoundsCond:src/intent/lexicon.c \
        --suppress=missingInclude --suppress=missingIncludeSystem --suppress=unknownMacro \
        --template='{file}:{line}: {message} ({id})' -D_GNU_SOURCE -Isrc src
}

# A file that was fine is looked at again when it, a header or this script has changed.
tidy_src() {
    command -v clang-tidy >/dev/null || { echo "skip: no clang-tidy"; return; }
    local all f stamp
    mkdir -p build/lint/tidy
    find build/lint/tidy -type f -mtime +7 -delete
    all=$(cat src/*/*.h "$0" | sha256sum | cut -c1-16)
    grep '\.c$' "$tmp/src" | while read -r f; do
        stamp=build/lint/tidy/$(cat "$f" <(echo "$f $all") | sha256sum | cut -c1-24)
        [ -e "$stamp" ] || echo "$f $stamp"
    done >"$tmp/tidy"
    xargs -r -P "$(nproc)" -L 1 scripts/lint.sh --tidy <"$tmp/tidy"
}

# ---------------------------------------------------------------- all

check banned "no forbidden function; the heap through base/mem.c only" banned
check files "files of at most $most_file_lines lines" file_length
check functions "functions of at most $most_function_lines lines" function_length
check layers "includes run up the list of layers" layering
check guards "headers are guarded by their own name" guards
check headers "headers compile on their own" self_contained
check way-out "connections are opened in src/upstream only" way_out
check clearance "only the gate makes clearances, only the gateway asks for them" clearance
check logs "nothing that a caller wrote is logged" logs
check marks "no unfinished marks, no paths of one machine" marks
check secrets "nothing that looks like a secret" secrets
check scripts "shell scripts parse" scripts
check web "the scripts of the pages are well typed" web_types
check links "links between documents lead somewhere" links
check manual "manual and completions know every command and option" manual
check completions "completions parse" completions
check documented "metrics, log events and settings are documented" documented
check systemd "the unit file is understood" unit_file
check cppcheck "cppcheck" cppcheck_src
check clang-tidy "clang-tidy" tidy_src

[ $ran -gt 0 ] || { echo "lint: no check named$wanted" >&2; exit 2; }
[ $failed -eq 0 ] && echo "lint: $ran checks, all fine" || echo "lint: something failed"
exit $failed
