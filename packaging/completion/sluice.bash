# Completion of sluice for bash. scripts/lint.sh compares it with the program.

# The options of a command.
_sluice_options() {
    case $1 in
    serve) echo "-c --config -s --set --check --print-config -q --quiet -h --help" ;;
    ask) echo "-m --model --system -u --url -j --json -c --config -s --set -h --help" ;;
    explain) echo "-f --file -j --json --jsonl -w --weights -c --config -s --set -h --help" ;;
    scan) echo "-j --json --jsonl -p --profile --show-values -c --config -s --set -h --help" ;;
    gate) echo "-n --name --column --with --class --no-header --allow-weak --common -j --json -c --config -s --set -h --help" ;;
    ledger) echo "-c --config --db --format --id -j --json -n --limit --outcomes --set --since --until -h --help" ;;
    learn) echo "--from -o --out -n --dry-run --force --db --local --frontier -j --json -c --config -s --set -h --help" ;;
    eval) echo "-d --data -w --weights --folds --outcomes --draws --seed --frontier --html -j --json -c --config -s --set -h --help" ;;
    prices) echo "-c --config -j --json -s --set -h --help" ;;
    roi) echo "--requests --input-tokens --output-tokens --local-share --input-price --output-price --cached-price --cache-hit-share --retry-rate --throttle-rate --egress --bytes-per-token --ops --hardware --setup --amortise --watts --kwh --utilisation --growth --local-success --frontier-success -f --frontier --compare --service --sensitive --interactive --reasoning --sporadic --seed --html -j --json -c --config -s --set -h --help" ;;
    audit) echo "-f --format -m --map -j --json --html --bad-rows -v --verbose --max-record --routine --sensitive --interactive --reasoning --sample --ops --hardware --egress -c --config -s --set -h --help" ;;
    replay) echo "-q --keep-quality --frontier -f --format -m --map -j --json --html --bad-rows -v --verbose --max-record -c --config -s --set -h --help" ;;
    doctor) echo "-c --config -s --set -j --json -h --help" ;;
    esac
}

_sluice() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]-}
    local words=
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        words="serve ask explain scan gate ledger learn eval prices audit roi replay doctor --help --version"
    else
        case $previous in
        -c | --config | -f | --file | -w | --weights | --db | --html | --bad-rows | --from | -o | --out | -d | --data) mapfile -t COMPREPLY < <(compgen -f -- "$current") && return ;;
        -m | --model) words="auto local frontier" ;;
        -p | --profile) words="strict balanced lenient" ;;
        --format) words="jsonl csv" ;;
        --service) words="standard batch priority flex" ;;
        --class) words="pii phi pci secret ip" ;;
        -s | --set | --system | -u | --url | --id | -n | --limit | --since | --until | --name | --column | --with | --common) return ;;
        *)
            case $command:$current in
            *:-*) words=$(_sluice_options "$command") ;;
            scan:* | audit:* | replay:*) mapfile -t COMPREPLY < <(compgen -f -- "$current") && return ;;
            learn:*) words="versions rollback" ;;
            gate:*)
                words="add-list add-documents list remove"
                [ "$COMP_CWORD" -gt 2 ] && mapfile -t COMPREPLY < <(compgen -f -- "$current") && return
                ;;
            ledger:*) words="export summary" ;;
            prices:*)
                words="check"
                [ "$COMP_CWORD" -gt 2 ] && mapfile -t COMPREPLY < <(compgen -f -- "$current") && return
                ;;
            esac
            ;;
        esac
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -o filenames -F _sluice sluice
