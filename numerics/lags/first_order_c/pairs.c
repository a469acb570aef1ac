/* All pairs of two sides: the rows of the anchors are carried across the block between, and only the
   features that are zero on neither side enter the tile. */

/* Rows of U times the block between: S values of G + C and S of G for each row. */
INLINE void NAMED(carry_rows)(const int S, const TYPE *rows, int64_t count, const TYPE *P,
                              TYPE *out)
{
    enum { PARTS = WIDTH * sizeof(TYPE) / REGISTER, PART = WIDTH / PARTS };
    for (int part = 0; part < PARTS; part++)
        for (int64_t i = 0; i < count; i++)
            for (int k = 0; k < S; k++) {
                const VECTOR *row = (const VECTOR *)(rows + i * 2 * S * WIDTH + part * PART);
                VECTOR g, c;
                if (!P) {
                    g = row[k * PARTS];
                    c = row[(S + k) * PARTS];
                } else {
                    const VECTOR *block = (const VECTOR *)(P + part * PART);
                    g = row[0] * block[k * PARTS];
                    c = row[S * PARTS] * block[k * PARTS] + row[0] * block[(S * S + k) * PARTS];
                    for (int b = 1; b < S; b++) {
                        g += row[b * PARTS] * block[(b * S + k) * PARTS];
                        c += row[(S + b) * PARTS] * block[(b * S + k) * PARTS]
                             + row[b * PARTS] * block[(S * S + b * S + k) * PARTS];
                    }
                }
                VECTOR *to = (VECTOR *)(out + i * 2 * S * WIDTH + part * PART);
                to[k * PARTS] = g + c;
                to[(S + k) * PARTS] = g;
            }
}

/* Put the named features of every row side by side; return where they are. */
static const TYPE *NAMED(gather)(const TYPE *rows, int64_t count, int from, const int *feature,
                                 int to, TYPE *out)
{
    if (from == to) return rows;
    for (int64_t i = 0; i < count; i++)
        for (int k = 0; k < to; k++)
            memcpy(out + (i * to + k) * WIDTH, rows + (i * from + feature[k]) * WIDTH,
                   WIDTH * sizeof(TYPE));
    return out;
}

/* Add all pairs of the anchors of `rows` and the sources of `columns`. */
static void NAMED(add_pairs)(work *job, const TYPE *rows, const side *of_rows,
                             const between *middle, const TYPE *columns, const side *of_columns,
                             int64_t count, int64_t first_lag)
{
    const int S = (int)job->states;
    double start[WIDTH], step[WIDTH];
    int alive = 0;
    for (int w = 0; w < WIDTH; w++) {
        int64_t exponent = (int64_t)of_rows->exponent[w] + of_columns->exponent[w];
        if (middle) exponent += middle->exponent[w];
        const int64_t tilt = job->tilt[w], span = 2 * (count - 1) * tilt / TILT_STEPS;
        const int64_t first = exponent - first_lag * tilt / TILT_STEPS;
        alive |= (span < 0 ? first - span : first) >= -1022 - LIFT;
        start[w] = power_of_tilt(exponent + LIFT, -first_lag * tilt);
        step[w] = power_of_tilt(0, -tilt);
    }
    if (!alive) return;

    unsigned g_rows = of_rows->nonzero & ((1u << S) - 1), c_rows = of_rows->nonzero >> S;
    const unsigned columns_nonzero = of_columns->nonzero;
    if (middle) {
        unsigned g = 0, c = 0;
        for (int b = 0; b < S; b++)
            for (int k = 0; k < S; k++) {
                const unsigned g_b = g_rows >> b & 1, c_b = c_rows >> b & 1;
                const unsigned g_p = middle->nonzero[0] >> (b * S + k) & 1;
                const unsigned c_p = middle->nonzero[1] >> (b * S + k) & 1;
                g |= (g_b & g_p) << k;
                c |= ((c_b & g_p) | (g_b & c_p)) << k;
            }
        g_rows = g;
        c_rows = c;
    }
    TYPE *carried = job->carried;
    TYPE P[2 * MOST_STATES * MOST_STATES * WIDTH] __attribute__((aligned(128)));
    double one[WIDTH];
    for (int w = 0; w < WIDTH; w++) one[w] = 1.0;
    if (middle) NAMED(pack)(middle->value, 2 * S * S, one, P);
    FOR_STATES(job->states, NAMED(carry_rows)(S, rows, count, middle ? P : 0, carried))

    const int64_t lags = job->max_lag - first_lag + 1, place = (first_lag - 1) * WIDTH;
    for (int zeroth = 0; zeroth < (job->kinds > 1 ? 2 : 1); zeroth++) {
        int x[MOST_FEATURES], y[MOST_FEATURES], K = 0;
        for (int k = 0; k < S; k++) {
            if ((zeroth ? g_rows : g_rows | c_rows) >> k & columns_nonzero >> k & 1) {
                x[K] = zeroth ? S + k : k;
                y[K++] = k;
            }
            if (!zeroth && g_rows >> k & columns_nonzero >> (S + k) & 1) {
                x[K] = S + k;
                y[K++] = S + k;
            }
        }
        if (K)
            NAMED(add_tile)(K, job->kinds > 1,
                            NAMED(gather)(carried, count, 2 * S, x, K, job->dense[0]),
                            NAMED(gather)(columns, count, 2 * S, y, K, job->dense[1]), count, lags,
                            start, step, job->tile_sums, job->sums[2 * zeroth] + place,
                            job->kinds > 1 ? job->sums[2 * zeroth + 1] + place : 0);
    }
}
