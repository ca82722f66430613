#!/usr/bin/env bash
# fetch-web.sh [--all]: gets the npm packages that web/package-lock.json names into web/node_modules, by version and
# hash: uPlot for the build; with --all also what `make lint` checks our scripts with. What is there already is left alone.
set -euo pipefail
cd "$(dirname "$0")/../web"

case ${1:-} in
'') options=(--omit=dev) stamp=node_modules/.fetched ;;
--all) options=() stamp=node_modules/.fetched-all ;;
*) sed -n '2,3s/^# \{0,1\}//p' "../scripts/$(basename "$0")"; exit 2 ;;
esac
for have in "$stamp" node_modules/.fetched-all; do
    cmp -s package-lock.json "$have" && exit 0
done
command -v npm >/dev/null || {
    echo "fetch-web: npm is missing. Install it (apt-get install npm), or copy web/node_modules from a tree that has it" >&2
    exit 1
}
printf '  web    npm ci in web/\n'
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error "${options[@]}" >/dev/null || {
    echo "fetch-web: npm ci failed in web/: see above. Does npm reach its registry? (npm ping)" >&2
    exit 1
}
cp package-lock.json "$stamp"
