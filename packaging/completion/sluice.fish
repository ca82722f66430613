# Completion of sluice for fish. scripts/lint.sh compares it with the program.

# Whether the command on the line is one of these.
function __sluice_in
    set -l words (commandline -opc)
    test (count $words) -ge 2; and contains -- $words[2] $argv
end

complete -c sluice -f
complete -c sluice -n __fish_use_subcommand -a serve -d 'the gateway'
complete -c sluice -n __fish_use_subcommand -a ask -d 'one prompt through the router'
complete -c sluice -n __fish_use_subcommand -a explain -d 'where a request would go, and why'
complete -c sluice -n __fish_use_subcommand -a scan -d 'what the policy gate finds in texts and files'
complete -c sluice -n __fish_use_subcommand -a gate -d 'register the company\'s own lists and documents'
complete -c sluice -n __fish_use_subcommand -a ledger -d 'read the ledger'
complete -c sluice -n __fish_use_subcommand -a prices -d 'the price book'
complete -c sluice -n __fish_use_subcommand -a roi -d 'what routing would save'
complete -c sluice -n __fish_use_subcommand -a doctor -d 'check configuration, llama-server, keys, port and limits'
complete -c sluice -n __fish_use_subcommand -l version -s V -d 'print the version'

complete -c sluice -n '__sluice_in serve ask explain scan gate ledger prices roi doctor' -l config -s c -r -F -d 'configuration'
complete -c sluice -n '__sluice_in serve ask explain scan gate prices roi doctor' -s s -x -d 'one setting on top of the file'
complete -c sluice -n '__sluice_in serve ask explain scan gate ledger prices roi doctor' -l set -x -d 'one setting on top of the file'
complete -c sluice -n '__sluice_in serve ask explain scan gate ledger prices roi doctor' -l help -s h -d 'explain the command'
complete -c sluice -n '__sluice_in ask explain scan gate ledger prices roi doctor' -l json -s j -d 'one JSON object'
complete -c sluice -n '__sluice_in explain scan' -l jsonl -d 'one JSON object per line in and out'

complete -c sluice -n '__sluice_in serve' -l check -d 'check the configuration and stop'
complete -c sluice -n '__sluice_in serve' -l print-config -d 'print every setting in force and stop'
complete -c sluice -n '__sluice_in serve' -l quiet -s q -d 'no banner'

complete -c sluice -n '__sluice_in ask' -l model -s m -x -a 'auto local frontier' -d 'who answers'
complete -c sluice -n '__sluice_in ask' -l system -x -d 'a system message'
complete -c sluice -n '__sluice_in ask' -l url -s u -x -d 'ask a running gateway'

complete -c sluice -n '__sluice_in explain' -l file -s f -r -F -d 'a whole request'
complete -c sluice -n '__sluice_in explain' -l weights -s w -r -F -d 'other weights of the score'

complete -c sluice -n '__sluice_in scan' -l profile -s p -x -a 'strict balanced lenient' -d 'how much evidence is needed'
complete -c sluice -n '__sluice_in scan' -l show-values -d 'print what was found'
complete -c sluice -n '__sluice_in scan' -F

complete -c sluice -n '__sluice_in gate' -a 'add-list add-documents list remove'
complete -c sluice -n '__sluice_in gate' -F
complete -c sluice -n '__sluice_in gate' -l name -s n -x -d 'what to call it'
complete -c sluice -n '__sluice_in gate' -l column -x -d 'a column, by number or heading'
complete -c sluice -n '__sluice_in gate' -l with -x -d 'another column that it needs near it'
complete -c sluice -n '__sluice_in gate' -l class -x -a 'pii phi pci secret ip' -d 'class of what is found'
complete -c sluice -n '__sluice_in gate' -l no-header -d 'the first line is data'
complete -c sluice -n '__sluice_in gate' -l allow-weak -d 'also what is too short or too common'
complete -c sluice -n '__sluice_in gate' -l common -x -d 'what more documents share is boiler-plate'

complete -c sluice -n '__sluice_in ledger' -a 'export summary'
complete -c sluice -n '__sluice_in ledger' -l db -r -F -d 'the file itself'
complete -c sluice -n '__sluice_in ledger' -l format -x -a 'jsonl csv' -d 'form of export'
complete -c sluice -n '__sluice_in ledger' -l id -x -d 'one request'
complete -c sluice -n '__sluice_in ledger' -l limit -s n -x -d 'only the newest'
complete -c sluice -n '__sluice_in ledger' -l outcomes -d 'export outcomes instead of requests'
complete -c sluice -n '__sluice_in ledger' -l since -x -d 'from this time on'
complete -c sluice -n '__sluice_in ledger' -l until -x -d 'before this time'

complete -c sluice -n '__sluice_in prices' -a check
complete -c sluice -n '__sluice_in prices' -F

complete -c sluice -n '__sluice_in roi' -l requests -x -d 'requests a month'
complete -c sluice -n '__sluice_in roi' -l input-tokens -x -d 'input tokens a request'
complete -c sluice -n '__sluice_in roi' -l output-tokens -x -d 'output tokens a request'
complete -c sluice -n '__sluice_in roi' -l local-share -x -d 'requests that go to the local model (0.85)'
complete -c sluice -n '__sluice_in roi' -l input-price -x -d 'price of 1M input tokens, instead of the book\'s'
complete -c sluice -n '__sluice_in roi' -l output-price -x -d 'price of 1M output tokens'
complete -c sluice -n '__sluice_in roi' -l cached-price -x -d 'price of 1M input tokens read from the cache'
complete -c sluice -n '__sluice_in roi' -l cache-hit-share -x -d 'input tokens read from the provider\'s cache (0)'
complete -c sluice -n '__sluice_in roi' -l retry-rate -x -d 'billed repetitions per API request (0)'
complete -c sluice -n '__sluice_in roi' -l throttle-rate -x -d '429 answers per API request; sent again, not billed (0)'
complete -c sluice -n '__sluice_in roi' -l egress -x -d 'price of 1 GB that leaves your network (0)'
complete -c sluice -n '__sluice_in roi' -l bytes-per-token -x -d 'bytes sent per input token (4)'
complete -c sluice -n '__sluice_in roi' -l ops -x -d 'operating the local side, a month (1500)'
complete -c sluice -n '__sluice_in roi' -l hardware -x -d 'price of the hardware (0: it is there)'
complete -c sluice -n '__sluice_in roi' -l setup -x -d 'one-off work and licences (0)'
complete -c sluice -n '__sluice_in roi' -l amortise -x -d 'months that the hardware lasts (36)'
complete -c sluice -n '__sluice_in roi' -l watts -x -d 'what the hardware draws under load (0)'
complete -c sluice -n '__sluice_in roi' -l kwh -x -d 'price of 1 kWh (0.15)'
complete -c sluice -n '__sluice_in roi' -l utilisation -x -d 'share of the time under load (1)'
complete -c sluice -n '__sluice_in roi' -l growth -x -d 'growth of the requests a month; 0.03 is 3 % (0)'
complete -c sluice -n '__sluice_in roi' -l local-success -x -d 'local answers that are good; others escalate (1)'
complete -c sluice -n '__sluice_in roi' -l frontier-success -x -d 'API answers that are good (1)'
complete -c sluice -n '__sluice_in roi' -l frontier -s f -x -d 'the API that it is compared with'
complete -c sluice -n '__sluice_in roi' -l compare -x -d 'several, separated by commas, side by side'
complete -c sluice -n '__sluice_in roi' -l service -x -a 'standard batch priority flex' -d 'standard, batch, priority or flex (standard)'
complete -c sluice -n '__sluice_in roi' -l sensitive -d 'regulated data, PII or IP'
complete -c sluice -n '__sluice_in roi' -l interactive -d 'p95 latency costs revenue'
complete -c sluice -n '__sluice_in roi' -l reasoning -d 'complex reasoning across many domains'
complete -c sluice -n '__sluice_in roi' -l sporadic -d 'used now and then'
complete -c sluice -n '__sluice_in roi' -l seed -x -d 'of the samples behind intervals (1)'
complete -c sluice -n '__sluice_in roi' -l html -r -F -d 'a page with charts; - is standard output'
