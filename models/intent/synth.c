// Requests of our own wording: what a business sends to a gateway all day, and what it should not be
// answered by a small model. Utterances of the support sets serve as material to work on.
#include <math.h>

#include "base/buf.h"
#include "base/mem.h"
#include "rows.h"

struct pattern {
    int task;
    float out_words;
    float complexity;
    const char
        *text; // $T material, $L labels, $F fields, $G language, $N small number, $S system, $M statement, $P program
};

#define T(x) TASK_##x
static const struct pattern ROUTINE[] = {
    {T(CLASSIFY), 1, 0.1f, "Classify this ticket as $L: $T"},
    {T(CLASSIFY), 1, 0.1f, "Classify the following message into one of these categories: $L.\n\n$T"},
    {T(CLASSIFY), 1, 0.1f, "What is the sentiment of this review: positive, negative or neutral?\n$T"},
    {T(CLASSIFY), 1, 0.1f, "Is this email spam or not? Answer yes or no.\n\n$T"},
    {T(CLASSIFY), 1, 0.1f, "Label the text with one of: $L. Return only the label.\nText: $T"},
    {T(CLASSIFY), 2, 0.15f, "Tag the following support request. Allowed tags: $L\n\n\"$T\""},
    {T(CLASSIFY), 1, 0.15f, "Rate the urgency of this request from 1 to 5. Output just the number.\n$T"},
    {T(CLASSIFY), 1, 0.1f, "Does the customer ask for a refund? yes/no\n\n$T"},
    {T(CLASSIFY), 1, 0.1f, "Detect the language of this sentence: $T"},
    {T(CLASSIFY), 3, 0.15f, "You are a ticket classifier. Labels: $L. Respond with JSON {\"label\": ...}.|$T"},
    {T(CLASSIFY), 2, 0.15f, "Categorize the expense as $L: $E"},
    {T(CLASSIFY), 1, 0.1f, "$T\n\nWhich category fits best: $L?"},
    {T(EXTRACT), 15, 0.2f, "Extract the $F from this text: $D"},
    {T(EXTRACT), 20, 0.2f, "Extract $F as JSON.\n\n$D"},
    {T(EXTRACT), 8, 0.15f, "Find the $F in the message below and return it, nothing else.\n\n$D"},
    {T(EXTRACT), 20, 0.2f, "Pull out all names and dates from the following note:\n$D"},
    {T(EXTRACT), 25, 0.2f, "From the invoice below, fill these fields: $F.\n\n$D"},
    {T(EXTRACT), 15, 0.2f, "You extract data. Return the fields $F as JSON and null where absent.|$D"},
    {T(EXTRACT), 20, 0.2f, "List the products mentioned in this email: $D"},
    {T(EXTRACT), 6, 0.15f, "What is the $F in this document? $D"},
    {T(EXTRACT), 25, 0.2f, "Turn this into a table with the columns $F:\n$D"},
    {T(SUMMARIZE), 20, 0.2f, "Summarise in one line: $D"},
    {T(SUMMARIZE), 25, 0.25f, "Summarize the following in one sentence.\n\n$D $T"},
    {T(SUMMARIZE), 45, 0.3f, "Summarize this conversation in $N bullet points:\n$T\n$D\n$T"},
    {T(SUMMARIZE), 12, 0.2f, "Write a short subject line for this email: $D"},
    {T(SUMMARIZE), 15, 0.2f, "TL;DR of this message: $T $D"},
    {T(SUMMARIZE), 40, 0.3f, "Give me a brief summary of the call notes below.\n$D\n$D"},
    {T(SUMMARIZE), 35, 0.3f,
     "Summarise the ticket for the next agent using this template: issue, steps taken, status.|$T $D"},
    {T(SUMMARIZE), 30, 0.3f, "What are the action items in these meeting notes?\n\n$D\n$D"},
    {T(SUMMARIZE), 45, 0.3f,
     "Summarise this call.\n\nAgent: how can I help?\nCustomer: $T\nAgent: $D\nCustomer: $T\nAgent: $D\nCustomer: "
     "$T\nAgent: $D $D\nCustomer: $T"},
    {T(SUMMARIZE), 50, 0.3f,
     "Summarize the following notes in a short paragraph:\n$D\n$D\n$D\n$D\n$T\n$D\n$D\n$D\n$T\n$D\n$D\n$D"},
    {T(EXTRACT), 40, 0.25f,
     "Extract the $F from each line:\n- $D\n- $D\n- $D\n- $D\n- $D\n- $D\n- $D\n- $D\n- $D\n- $D"},
    {T(CLASSIFY), 4, 0.2f, "Classify each message as $L.\n1. $T\n2. $T\n3. $T\n4. $T\n5. $T\n6. $T"},
    {T(EXTRACT), 15, 0.25f, "$D\n$D\n$D\n$D\n$D\n\nExtract the $F."},
    {T(REWRITE), 25, 0.2f, "Rewrite this politely: $T"},
    {T(REWRITE), 25, 0.2f, "Make this sound more professional: $T"},
    {T(REWRITE), 25, 0.15f, "Fix the grammar and spelling: $T"},
    {T(REWRITE), 20, 0.2f, "Shorten this to one sentence: $D"},
    {T(REWRITE), 25, 0.2f, "Rephrase in a friendlier tone.\n\n$T"},
    {T(REWRITE), 25, 0.15f, "Correct the mistakes in the following text and return only the corrected text: $T"},
    {T(REWRITE), 30, 0.2f, "Proofread this email: $D"},
    {T(REWRITE), 20, 0.15f, "Convert this date list to ISO format: 3 March 2024, 12/05/2023, July $N 2022"},
    {T(REWRITE), 25, 0.2f, "Format this address on separate lines: $D"},
    {T(REWRITE), 25, 0.2f, "Rewrite the user's message in plain language.|$T"},
    {T(TRANSLATE), 25, 0.2f, "Translate to $G: $T"},
    {T(TRANSLATE), 25, 0.2f, "Translate the following sentence into $G.\n$T"},
    {T(TRANSLATE), 3, 0.1f, "How do you say thank you in $G?"},
    {T(ROUTE), 2, 0.15f, "Route this request to the right team ($L): $T"},
    {T(ROUTE), 2, 0.15f, "Which department should handle this: $L?\n\n$T"},
    {T(ROUTE), 2, 0.15f, "Assign this ticket to one of the queues $L.\n$T"},
    {T(ROUTE), 2, 0.15f, "You route incoming mail. Queues: $L. Answer with one queue name.|$T"},
    {T(WRITE), 60, 0.25f, "Write a short reply to this customer confirming we received the request: $T"},
    {T(WRITE), 55, 0.25f, "Draft a polite reply saying we will call back tomorrow.\n\nCustomer: $T"},
    {T(WRITE), 50, 0.25f, "Use the template \"Dear NAME, thank you for ... Regards\" to answer: $T"},
    {T(WRITE), 45, 0.25f, "Write a two-sentence product description: $D"},
    {T(WRITE), 20, 0.2f, "Write an out-of-office note for $N days."},
    {T(CHAT), 10, 0.05f, "Hello, how are you today?"},
    {T(CHAT), 10, 0.05f, "thanks, that is all"},
    {T(CHAT), 20, 0.1f, "$T"},
    {T(QA), 12, 0.15f, "What are your opening hours?"},
    {T(QA), 8, 0.15f, "What is the capital of $C?"},
    {T(QA), 15, 0.15f, "How many days are in $N weeks?"},
    {T(QA), 20, 0.2f, "Answer from the text only. Text: $D Question: when is it due?"},
};

static const struct pattern HARD[] = {
    {T(MATHS), 500, 0.9f, "Prove that $M."},
    {T(MATHS), 600, 0.95f, "Prove that $M, then generalise the result."},
    {T(MATHS), 500, 0.95f, "Let G be a finite group. Show that $M. Give a complete, rigorous proof."},
    {T(MATHS), 450, 0.85f, "Derive a closed form for the expected value and discuss convergence, given that $M."},
    {T(MATHS), 400, 0.85f, "Is it true that $M? Prove it or give a counterexample."},
    {T(CODE), 700, 0.85f,
     "Write a $P program that implements $S. Handle errors and concurrency, and explain the complexity."},
    {T(CODE), 600, 0.9f, "Design $S in $P. Discuss the trade-offs, failure modes and how you would test it."},
    {T(CODE), 500, 0.85f,
     "Our $P service that runs $S deadlocks under load. Diagnose the likely causes step by step and propose a fix."},
    {T(CODE), 600, 0.85f,
     "Refactor this $P module for $S so that it is thread-safe without a global lock, and justify each change."},
    {T(CODE), 550, 0.8f, "Implement $S from scratch in $P with unit tests."},
    {T(CODE), 300, 0.7f, "why does my $P code crash when two threads use $S, explain and fix it"},
    {T(CODE), 300, 0.7f,
     "i get a segfault in my $P implementation of $S when the input is empty, what is wrong and how do i debug it?"},
    {T(CODE), 250, 0.65f, "Find the bug in this $P function: def f(x): return f(x - 1) + x if x != $N else f(x)"},
    {T(CODE), 250, 0.65f,
     "write a $P script that parses logs, groups errors by service and prints the $N most frequent"},
    {T(REASONING), 700, 0.9f,
     "Design the architecture of $S for 10 million users: data model, consistency, capacity plan, migration strategy "
     "and risks."},
    {T(REASONING), 800, 0.85f,
     "Compare three strategies for $B, weigh the evidence for each, and recommend one with a detailed justification."},
    {T(REASONING), 700, 0.85f,
     "Analyse the second-order implications of $B. Consider objections and argue both sides before concluding."},
    {T(REASONING), 600, 0.85f,
     "Think step by step: five people sit around a table, each with a different job and drink. $M. Who owns the fish? "
     "Explain the deduction."},
    {T(SUMMARIZE), 900, 0.8f,
     "Synthesise the following reports into one comprehensive analysis with findings, contradictions and open "
     "questions about $B.\n\n$D\n$D\n$D\n$D"},
    {T(WRITE), 1500, 0.75f, "Write a 2000-word essay on $B with a thesis, counter-arguments and references."},
    {T(WRITE), 1200, 0.75f,
     "Draft a comprehensive business plan about $B, including market analysis, financial model and risks."},
    {T(WRITE), 1100, 0.7f,
     "Write the first chapter of a novel in which $B changes a family, with an unreliable narrator."},
    {T(REASONING), 700, 0.8f,
     "Review the contract clause for hidden liabilities, explain the legal reasoning under two jurisdictions and "
     "redraft it: $D"},
    {T(REASONING), 700, 0.85f,
     "Develop a detailed step-by-step plan for $B with dependencies, budget, and contingency options."},
};
#undef T

#define LIST(...)                                                                                                      \
    (const char *const[]) {                                                                                            \
        __VA_ARGS__, NULL                                                                                              \
    }
static const char *const *const FILLERS[128] = {
    ['L'] = LIST("billing, technical or sales", "bug, feature request, question", "urgent, normal, low",
                 "refund, shipping, account, other", "positive, negative, neutral", "complaint / praise / question",
                 "HR, IT, finance", "travel, meals, office, software", "invoice, receipt, contract", "spam or not spam",
                 "returns, delivery, payment", "hardware, software, network"),
    ['F'] = LIST("order number", "date and amount", "name, date and total", "invoice number, due date, amount",
                 "company name and address", "product, quantity, price", "tracking number", "city",
                 "phone model and serial number", "start and end date", "supplier and currency"),
    ['D'] =
        LIST("Order 4711 was shipped on 3 March and should arrive on Friday; the total was 59.90 euros.",
             "The meeting moved to Tuesday at 10. Anna will send the slides, Ben checks the budget, and the launch "
             "stays in May.",
             "Invoice 2024-118 from Northwind for 1,200 dollars is due on 30 June.",
             "We delivered 40 chairs to the Leeds office. Two were damaged and will be replaced next week at no cost.",
             "The printer on the second floor shows error 13 since Monday. A restart did not help; the technician "
             "comes tomorrow.",
             "Thank you for your stay. Breakfast is served from 7 to 10 and check-out is at noon.",
             "Sales in the north rose by 4 percent, while the south lost 2 percent because of two closed stores.",
             "The new headphones last 30 hours on one charge, fold flat and come in three colours.",
             "Customer says the parcel is marked as delivered but nothing arrived; neighbour has not seen it either.",
             "Contract 88 starts on 1 January, runs for two years and ends without notice.",
             "Flight LH 441 is delayed by two hours and now leaves from gate B12.",
             "Team agreed to freeze features on Wednesday, test on Thursday, and release on Monday."),
    ['E'] = LIST("taxi to the airport, 42.50", "dinner with client, 88.00", "annual licence of the editor",
                 "two reams of paper", "train ticket to Hamburg"),
    ['G'] = LIST("French", "German", "Spanish", "Italian", "Portuguese", "Dutch", "Polish", "English", "Japanese"),
    ['C'] = LIST("France", "Japan", "Peru", "Kenya", "Norway"),
    ['N'] = LIST("two", "three", "four", "5", "3", "7"),
    ['S'] = LIST("a lock-free queue", "a distributed rate limiter", "a write-ahead log with crash recovery",
                 "a consistent-hashing cache", "an event-sourced payment ledger", "a B-tree index",
                 "a recursive-descent compiler for a small language", "a Raft-based key-value store",
                 "a multi-tenant job scheduler", "a streaming join with late events", "an LRU cache with expiry",
                 "a garbage collector", "a real-time collaborative editor"),
    ['M'] =
        LIST("there are infinitely many primes p such that p mod 4 = 3", "every bounded monotone sequence converges",
             "the square root of 2 is irrational", "a continuous function on a compact set is uniformly continuous",
             "every group of order p^2 is abelian", "the sum of 1/n^2 equals pi^2/6",
             "a graph with n vertices and more than n^2/4 edges contains a triangle",
             "the eigenvalues of a symmetric matrix are real",
             "no three squares in arithmetic progression have difference 1",
             "the integral of exp(-x^2) over the reals is sqrt(pi)", "a finite integral domain is a field",
             "the number of spanning trees of the complete graph is n^(n-2)"),
    ['P'] = LIST("Python", "Rust", "C++", "Java", "Go", "TypeScript", "C", "Haskell"),
    ['B'] = LIST("entering the Japanese market with a subscription product", "moving a bank's core system to the cloud",
                 "pricing carbon at the border", "a four-day week in a hospital", "replacing a monolith with services",
                 "artificial intelligence in courts", "a merger of two regional airlines", "universal basic income",
                 "closing a factory in a small town", "open-sourcing the flagship product",
                 "quantum-safe cryptography for a payments network"),
};

static const char *const GENERIC_SYSTEM[] = {
    "You are a helpful assistant.",
    "You are a helpful, honest and concise assistant.",
    "You are the assistant of a company. Be polite.",
    "Answer in the language of the user.",
    "You are ChatGPT, a large language model. Follow the user's instructions carefully.",
    "You are an expert. Today is Monday. Use markdown where it helps.",
};

struct draw {
    uint64_t state;
    const struct rows *rows;
    size_t material; // rows before the synthetic ones
};

static size_t pick(struct draw *d, size_t n) {
    d->state ^= d->state << 13;
    d->state ^= d->state >> 7;
    d->state ^= d->state << 17;
    return (size_t)((d->state >> 20) % n);
}

// An utterance of the support sets.
static struct span utterance(struct draw *d) {
    for (int tries = 0; tries < 10000; tries++) {
        const struct row *r = &d->rows->at[pick(d, d->material)];
        if (!strcmp(r->set, "banking77_train") || !strcmp(r->set, "clinc150_train")) return r->text;
    }
    return SPAN("I was charged twice for the same order");
}

static struct span expand(struct draw *d, const char *text, struct span *system) {
    struct buf b;
    buf_init(&b, 16384);
    *system = SPAN_NONE;
    for (const char *p = text; *p; p++) {
        if (*p == '|') { // what stands before is the system text
            *system = span_make(mem_copy_span(buf_span(&b)), b.len);
            buf_reset(&b);
        } else if (*p != '$') {
            buf_add_char(&b, *p);
        } else if (*++p == 'T') {
            buf_add_span(&b, utterance(d));
        } else {
            const char *const *list = FILLERS[(unsigned char)*p & 127];
            size_t n = 0;
            while (list[n]) n++;
            buf_add_z(&b, list[pick(d, n)]);
        }
    }
    struct span out = {mem_copy_span(buf_span(&b)), b.len};
    buf_free(&b);
    return out;
}

static void add(struct rows *rows, struct draw *d, const struct pattern *p, bool hard) {
    struct span system, text = expand(d, p->text, &system);
    struct row *r = rows_add(rows);
    r->set = "synthetic";
    r->category = hard ? SPAN("hard") : SPAN("routine");
    r->text = text;
    r->system = system;
    if (r->system.len == 0 && pick(d, 4) == 0)
        r->system = span_from(GENERIC_SYSTEM[pick(d, sizeof GENERIC_SYSTEM / sizeof *GENERIC_SYSTEM)]);
    r->wanted = hard ? 1 : -1;
    r->weight = hard ? 1.5f : 1;
    r->complexity = p->complexity;
    r->task = p->task;
    r->out_words = p->out_words;
    r->routine = !hard;
    r->hard = hard;
    r->ambiguity = 0;
}

// Requests that lack their object, for the ambiguity head.
static void add_vague(struct rows *rows, struct draw *d) {
    static const char *const VAGUE[] = {"fix it",
                                        "make it better",
                                        "do the same for the other one",
                                        "what about that?",
                                        "can you change this like we said",
                                        "it does not work",
                                        "the usual please",
                                        "do it again but different",
                                        "why not?",
                                        "and the second one?",
                                        "help",
                                        "hmm",
                                        "continue with that",
                                        "you know what I mean",
                                        "update the thing",
                                        "send it to them",
                                        "is this ok",
                                        "the other option",
                                        "asdf",
                                        "test test"};
    struct row *r = rows_add(rows);
    r->set = "synthetic";
    r->category = SPAN("vague");
    r->text = span_from(VAGUE[pick(d, sizeof VAGUE / sizeof *VAGUE)]);
    r->ambiguity = 1;
}

void rows_synthesise(struct rows *rows, uint64_t seed) {
    struct draw d = {seed, rows, rows->count};
    if (rows->count == 0) return;
    for (size_t i = 0; i < 60 * sizeof ROUTINE / sizeof *ROUTINE; i++)
        add(rows, &d, &ROUTINE[i % (sizeof ROUTINE / sizeof *ROUTINE)], false);
    for (size_t i = 0; i < 40 * sizeof HARD / sizeof *HARD; i++)
        add(rows, &d, &HARD[i % (sizeof HARD / sizeof *HARD)], true);
    for (int i = 0; i < 100; i++) add_vague(rows, &d);
    for (size_t i = 0; i < d.material; i++) { // a system text says nothing by being there
        struct row *r = &rows->at[i];
        if (isnan(r->weak) && !r->measured_only && pick(&d, 5) == 0)
            r->system = span_from(GENERIC_SYSTEM[pick(&d, sizeof GENERIC_SYSTEM / sizeof *GENERIC_SYSTEM)]);
    }
}
