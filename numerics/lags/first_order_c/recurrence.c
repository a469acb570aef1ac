/* The recurrence itself, C ← C D + G rho, G ← G D, anchor by anchor: for lags up to BASE within a
   small block, and for all lags of lanes that no scale can hold. */

/* Lags up to BASE within one small block, by the recurrence itself: its anchors side by side, so
   that their chains of operations overlap. */
INLINE void near_lags(const int S, const int ALL, work *job, const factors *of, int from)
{
    typedef double part __attribute__((vector_size(64)));
    typedef int64_t bits __attribute__((vector_size(64)));
    enum { PARTS = sizeof(lanes) / sizeof(part), PART = WIDTH / PARTS };
    const int64_t lags = job->max_lag < BASE ? job->max_lag : BASE;
    for (int p = 0; p < PARTS; p++) {
        part G[BASE][MOST_STATES], C[BASE][MOST_STATES], sums[4];
        const part *local = (const part *)(of->local + from * S * S) + p;
        const part *recurrent = (const part *)(of->recurrent + from * S * S) + p;
        const part *source = (const part *)(of->source + from) + p;
        for (int back = 0; back < BASE; back++) {
            if (back >= lags) break;
            memset(sums, 0, sizeof sums);
            for (int i = back; i < BASE; i++) {
                const part *d = local + (i - back) * S * S * PARTS;
                const part *rho = recurrent + (i - back) * S * S * PARTS;
                part g[MOST_STATES], c[MOST_STATES];
                for (int k = 0; k < S; k++) {
                    if (back == 0) {
                        g[k] = d[(job->new * S + k) * PARTS];
                        c[k] = rho[(job->new * S + k) * PARTS];
                        continue;
                    }
                    g[k] = G[i][0] * d[k * PARTS];
                    c[k] = C[i][0] * d[k * PARTS] + G[i][0] * rho[k * PARTS];
                    for (int b = 1; b < S; b++) {
                        g[k] += G[i][b] * d[(b * S + k) * PARTS];
                        c[k] += C[i][b] * d[(b * S + k) * PARTS] + G[i][b] * rho[(b * S + k) * PARTS];
                    }
                }
                for (int k = 0; k < S; k++) { G[i][k] = g[k]; C[i][k] = c[k]; }
                part zeroth = S == 1 ? g[0] : g[job->previous];
                part first = zeroth + (S == 1 ? c[0] : c[job->previous]);
                if (job->source) {
                    zeroth *= source[(i - back) * PARTS];
                    first *= source[(i - back) * PARTS];
                }
                sums[0] += (part)((bits)first & INT64_MAX);
                if (ALL) {
                    sums[1] += first;
                    sums[2] += (part)((bits)zeroth & INT64_MAX);
                    sums[3] += zeroth;
                }
            }
            for (int kind = 0; kind < (ALL ? 4 : 1); kind++)
                for (int w = 0; w < PART; w++)
                    job->sums[kind][back * WIDTH + p * PART + w] +=
                        sums[kind][w] * job->near_scale[back][p * PART + w];
        }
    }
}

static void add_near_lags(work *job, const factors *of, int from)
{
    if (job->kinds > 1) FOR_STATES(job->states, near_lags(S, 1, job, of, from))
    else FOR_STATES(job->states, near_lags(S, 0, job, of, from))
}

/* All lags of the lanes in work by the recurrence from each anchor, one step of all anchors of a
   block after the other. */
static void add_lanes_plainly(work *job)
{
    const int64_t number = (job->steps + BLOCK - 1) / BLOCK, S = job->states;
    typedef int64_t bits __attribute__((vector_size(64)));
    eight *carried = (eight *)job->raw;   /* G and C of every anchor: row `new` of its product */
    memset(job->tilt, 0, sizeof job->tilt);
    for (int64_t i = 0; i < number; i++)
        for (int64_t j = i; j >= 0 && (i - j - 1) * BLOCK + 2 <= job->max_lag; j--) {
            load_block(job, j, &job->far);
            for (int s = BLOCK - 1; s >= 0; s--)
                for (int64_t t = i == j ? s : 0; t < BLOCK; t++) {
                    const int64_t lag = (i - j) * BLOCK + t - s + 1;
                    if (lag > job->max_lag) break;
                    for (int half = 0; half < EIGHTS; half++) {
                        const eight *d = (eight *)(job->far.local + s * S * S) + half;
                        const eight *rho = (eight *)(job->far.recurrent + s * S * S) + half;
                        eight *G = carried + (t * EIGHTS + half) * 2 * S, *C = G + S;
                        eight g[MOST_STATES], c[MOST_STATES];
                        for (int64_t k = 0; k < S; k++) {
                            g[k] = lag == 1 ? d[(job->new * S + k) * EIGHTS] : G[0] * d[k * EIGHTS];
                            c[k] = lag == 1 ? rho[(job->new * S + k) * EIGHTS]
                                            : C[0] * d[k * EIGHTS] + G[0] * rho[k * EIGHTS];
                            for (int64_t b = 1; b < S && lag > 1; b++) {
                                g[k] += G[b] * d[(b * S + k) * EIGHTS];
                                c[k] += C[b] * d[(b * S + k) * EIGHTS]
                                        + G[b] * rho[(b * S + k) * EIGHTS];
                            }
                        }
                        memcpy(G, g, S * sizeof(eight));
                        memcpy(C, c, S * sizeof(eight));
                        eight zeroth = g[job->previous], first = zeroth + c[job->previous];
                        if (job->source) {
                            const eight factor = ((const eight *)(job->far.source + s))[half];
                            zeroth *= factor;
                            first *= factor;
                        }
                        const eight values[4] = {
                            (eight)((bits)first & INT64_MAX), first,
                            (eight)((bits)zeroth & INT64_MAX), zeroth};
                        for (int64_t kind = 0; kind < job->kinds; kind++)
                            ((eight *)(job->sums[kind] + (lag - 1) * WIDTH))[half] += values[kind];
                    }
                }
        }
}
