#!/bin/sh
# fetch-llama-server.sh PREFIX [--force]: puts llama-server into PREFIX on a Debian-family system, without root.
#
# It unpacks Debian's own packages of a newer suite, with the libc and loader they were built for, into
# PREFIX/lib and runs them by that loader; the system itself stays as it is. apt checks signatures and hashes.
# The mirror is the one this machine's apt already uses. A PREFIX that works is left alone (unless --force),
# and an old one is replaced only after the new one has run.
#
#   SLUICE_LLAMA_SUITE    suite to take the packages from (forky)
#   SLUICE_LLAMA_MIRROR   mirror, when apt's own sources do not name one
#   SLUICE_LLAMA_KEYRING  keyring that signs it
set -eu

force=0 prefix=
for argument in "$@"; do
    case $argument in
    --force) force=1 ;;
    -h | --help) sed -n '2,12s/^# \{0,1\}//p' "$0"; exit 0 ;;
    -*) echo "fetch-llama-server: unknown option $argument" >&2; exit 2 ;;
    *) prefix=$argument ;;
    esac
done
[ -n "$prefix" ] || { echo "usage: fetch-llama-server.sh PREFIX [--force]" >&2; exit 2; }

suite=${SLUICE_LLAMA_SUITE:-forky}
keyring=${SLUICE_LLAMA_KEYRING:-/usr/share/keyrings/debian-archive-keyring.gpg}
programs="llama-server llama-quantize"

say() { printf '  llama  %s\n' "$*"; }
fail() { # what went wrong, how to mend it
    printf 'fetch-llama-server: %s\n' "$1" >&2
    [ -z "${log:-}" ] || [ ! -s "$log" ] || tail -n 12 "$log" >&2
    printf 'To mend it: %s\n' "$2" >&2
    printf 'Or: install llama-server by other means and set local.server to it, or set local.url to a server that runs.\n' >&2
    exit 1
}
version() { "$1/bin/llama-server" --version 2>&1 | sed -n '/^version/p' | head -n 1; }

if [ "$force" = 0 ] && "$prefix/bin/llama-server" --version >/dev/null 2>&1; then
    say "present in $prefix: $(version "$prefix")"
    exit 0
fi

for tool in apt-get dpkg dpkg-deb awk sha256sum; do
    command -v "$tool" >/dev/null || fail "$tool is missing: this is no Debian-family system" \
        "install llama.cpp with your package manager (brew install llama.cpp; nix profile install nixpkgs#llama-cpp)"
done
[ -r "$keyring" ] || fail "no keyring at $keyring" "apt-get install debian-archive-keyring, or set SLUICE_LLAMA_KEYRING"

# shellcheck disable=SC2016
mirror=${SLUICE_LLAMA_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | grep -E '/debian/?$' | sort -u | head -n 1)}
[ -n "$mirror" ] || fail "apt's sources name no Debian mirror (a URL that ends in /debian)" \
    "set SLUICE_LLAMA_MIRROR to one that your network reaches"

mkdir -p "$prefix" || fail "cannot make $prefix" "choose a folder that you can write to"
prefix=$(cd "$prefix" && pwd)
work=$prefix/.work
case $prefix in *[\"\;]*) fail "the path $prefix holds a quote or semicolon" "choose another folder" ;; esac
rm -rf "$work"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/root" "$work/new/lib" "$work/new/bin" "$work/new/share" "$work/log"
log=$work/output
: >"$log"

# An apt of its own: own lists, own cache, and an empty dpkg status, so that it resolves the whole closure
# down to libc. Settings of the machine (proxy, ...) still apply, on purpose.
arch=$(dpkg --print-architecture)
: >"$work/status"
echo "deb [arch=$arch signed-by=$keyring] $mirror $suite main" >"$work/sources.list"
cat >"$work/apt.conf" <<CONF
Dir::Etc::SourceList "$work/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Dir::State "$work";
Dir::State::Lists "$work/lists";
Dir::State::status "$work/status";
Dir::Cache "$work/cache";
Dir::Cache::Archives "$work/cache/archives";
Dir::Log "$work/log";
APT::Architecture "$arch";
APT::Architectures { "$arch"; };
APT::Sandbox::User "";
APT::Get::AllowUnauthenticated "false";
Acquire::Languages "none";
Acquire::Retries "3";
CONF
APT_CONFIG=$work/apt.conf LC_ALL=C
export APT_CONFIG LC_ALL

say "reading the package list of $suite ($arch)"
# without Error-Mode a list that cannot be fetched is only a warning
apt-get -q -o APT::Update::Error-Mode=any update >"$log" 2>&1 || fail "the package list of $suite cannot be read" \
    "check that $mirror is reachable and carries $suite; a date far off also makes signatures fail"

say "downloading llama.cpp-tools and what it needs"
# no lock on the system's dpkg is needed or, for a plain user, possible
apt-get -q -y -o Debug::NoLocking=1 --no-install-recommends --download-only install llama.cpp-tools >"$log" 2>&1 ||
    fail "llama.cpp-tools could not be downloaded" "try again later; SLUICE_LLAMA_SUITE=sid takes it from another suite"

say "unpacking"
for package in "$work"/cache/archives/*.deb; do
    dpkg-deb -x "$package" "$work/root" >"$log" 2>&1 || fail "cannot unpack ${package##*/}" "is the disk full? see df -h $prefix"
done

cd "$work/root"
llama=$(find usr/lib -name 'libllama.so.*' | head -n 1)
[ -n "$llama" ] || fail "the packages hold no libllama" "the packaging has changed; try SLUICE_LLAMA_SUITE=sid"
libraries=$(dirname "$llama")
loader=$(find "$libraries" usr/lib usr/lib64 -maxdepth 1 \( -name 'ld-linux*.so*' -o -name 'ld64.so*' \) ! -type l 2>/dev/null | head -n 1)
[ -n "$loader" ] || fail "the packages hold no dynamic loader for $arch" "use a llama-server that your system offers"
new=$work/new
cp "$loader" "$new/lib/ld.so"

# What is really loaded: the programs' libraries, and the CPU back ends with theirs. The back ends are opened
# at run time from the folder of /proc/self/exe, which is our loader: so they lie beside it.
find "$libraries/ggml" -name 'libggml-cpu*.so' >"$work/backends"
[ -s "$work/backends" ] || fail "the packages hold no CPU back end" "the packaging has changed; try SLUICE_LLAMA_SUITE=sid"
: >"$work/needed"
for program in $programs; do echo "usr/bin/$program"; done | cat - "$work/backends" | while read -r file; do
    "$loader" --library-path "$libraries:$libraries/llama" --list "$file" >>"$work/needed" 2>"$log" || exit 1
done || fail "a library is missing from the packages" "the suite is being updated: try again in some hours"
awk '$2 == "=>" && $3 ~ /^[^(]/ { print $3 }' "$work/needed" | sort -u | while read -r file; do cp -L "$file" "$new/lib/" || exit 1; done ||
    fail "cannot copy the libraries" "is the disk full? see df -h $prefix"
while read -r file; do cp "$file" "$new/lib/" || exit 1; done <"$work/backends" ||
    fail "cannot copy the back ends" "is the disk full? see df -h $prefix"

for program in $programs; do
    cp "usr/bin/$program" "$new/lib/$program.bin"
    cat >"$new/bin/$program" <<WRAPPER
#!/bin/sh
lib=\$(cd "\$(dirname "\$(readlink -f "\$0")")/../lib" && pwd)
exec "\$lib/ld.so" --library-path "\$lib" --argv0 "\$0" "\$lib/$program.bin" "\$@"
WRAPPER
    chmod 755 "$new/bin/$program"
done

"$new/bin/llama-server" --version >"$new/share/version" 2>&1 || {
    cp "$new/share/version" "$log"
    fail "the new llama-server does not run" "is $prefix on a file system mounted noexec?"
}
(cd "$work/cache/archives" && sha256sum ./*.deb) >"$new/share/packages.sha256"

# Nothing of the old prefix is touched before this line.
for part in lib bin share; do
    rm -rf "${prefix:?}/$part.old"
    [ ! -e "$prefix/$part" ] || mv "$prefix/$part" "$prefix/$part.old"
    mv "$new/$part" "$prefix/$part"
done
rm -rf "$prefix/lib.old" "$prefix/bin.old" "$prefix/share.old"
say "ready in $prefix: $(version "$prefix"), $(du -sm "$prefix/lib" | cut -f1) MB"
