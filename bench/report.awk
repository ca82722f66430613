# Turns the lines "phase contestant name=value ..." into the table. The n-th line of a phase and contestant
# is its n-th round; ratios are taken within a round. Needs -v subject=NAME.

{
    round = ++rounds[$1, $2]
    for (i = 3; i <= NF; i++) {
        split($i, pair, "=")
        value[$1, $2, pair[1], round] = pair[2]
    }
}

function median(list, n,    i, j, t) {
    for (i = 2; i <= n; i++)
        for (j = i; j > 1 && list[j - 1] > list[j]; j--) {
            t = list[j]
            list[j] = list[j - 1]
            list[j - 1] = t
        }
    return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
}

# A figure that is missing must not pass for zero.
function demand(phase, who, name,    n) {
    for (n = 1; n <= rounds[phase, who]; n++)
        if (!((phase, who, name, n) in value)) n = 1e9
    if (rounds[phase, who] + 0 == 0 || n >= 1e9) {
        print "bench: " phase " of " who " has no " name >"/dev/stderr"
        failed = 1
        exit 1
    }
}

function median_of(phase, who, name,    list, n) {
    demand(phase, who, name)
    for (n = 0; n < rounds[phase, who]; n++) list[n + 1] = value[phase, who, name, n + 1] + 0
    return median(list, n)
}

function ratio_of(phase, name,    list, n, base) {
    for (n = 0; n < rounds[phase, subject]; n++) {
        base = value[phase, "nginx", name, n + 1]
        if (base + 0 == 0) return -1
        list[n + 1] = value[phase, subject, name, n + 1] / base
    }
    return median(list, n)
}

function verdict(got, limit) {
    return limit == "" ? "" : (got <= limit ? "yes" : "**no**")
}

# A ratio to nginx, with a limit for the ratio (or none).
function relative(text, phase, name, scale, format, limit,    r) {
    r = ratio_of(phase, name)
    printf "| %s | " format " | " format " | %.2f | %s | %s |\n", text, median_of(phase, "nginx", name) * scale,
        median_of(phase, subject, name) * scale, r, limit == "" ? "" : "<= " limit " x nginx", verdict(r, limit)
}

# A figure of its own, with a limit in its unit.
function absolute(text, phase, name, scale, format, limit, unit,    got) {
    got = median_of(phase, subject, name) * scale
    printf "| %s | " format " | " format " | | %s | %s |\n", text, median_of(phase, "nginx", name) * scale, got,
        limit == "" ? "" : "<= " limit " " unit, verdict(got, limit)
}

END {
    if (failed) exit 1
    printf "| what | nginx | %s | ratio | target | met |\n", subject
    print "|---|---:|---:|---:|---|---|"
    split("1 16 64", connections, " ")
    for (i = 1; i <= 3; i++) {
        c = connections[i]
        relative("CPU per request, JSON, " c " connections, us", "json-" c, "cpu_us", 1, "%.1f", 1.25)
    }
    for (i = 1; i <= 3; i++) {
        c = connections[i]
        relative("CPU per stream of 53 events back to back, " c " connections, us", "stream-" c, "cpu_us", 1, "%.1f", 1.25)
    }
    relative("CPU per relayed event, 256 streams, an event each 20 ms, us", "paced-256", "event_cpu_us", 1, "%.2f", 1.0)
    relative("p50 latency, JSON, 1 connection, us", "json-1", "p50_us", 1, "%.0f", 1.2)
    for (i = 1; i <= 3; i++) {
        c = connections[i]
        relative("requests per second, JSON, " c " connections", "json-" c, "rps", 1, "%.0f", "")
    }
    for (i = 1; i <= 3; i++) {
        c = connections[i]
        relative("p99 latency, JSON, " c " connections, us", "json-" c, "p99_us", 1, "%.0f", "")
    }
    absolute("memory per idle stream, kB", "idle-streams", "kb_per_stream", 1, "%.2f", 4, "kB")
    absolute("upstream closed after the caller left in mid-stream, median, ms", "leave-begun", "close_ms_median", 1, "%.2f", "", "ms")
    absolute("the same, slowest, ms", "leave-begun", "close_ms_max", 1, "%.2f", 10, "ms")
    absolute("upstream closed after the caller left before the answer, median, ms", "leave-silent", "close_ms_median", 1, "%.2f", "", "ms")
    absolute("the same, slowest, ms", "leave-silent", "close_ms_max", 1, "%.2f", 10, "ms")
    absolute("resident memory when idle, MB", "idle", "rss_kb", 0.001, "%.1f", 20, "MB")
    absolute("start to first answer, without a model to load, median, ms", "start", "start_ms_median", 1, "%.1f", 50, "ms")
}
