/* One convolution twice, its multiply-adds in two orders: stride 1, zeros around, maps and filters as in cnnlib.
   x is (N, C, H, W), w is (O, C, K, K), y is (N, O, H, W), all without gaps; K is odd. */

/* As the formula says it: each output is one sum over channels and taps. */
void by_output(const float *x, const float *w, float *y, int N, int C, int O, int H, int W, int K)
{
    int pad = K / 2;
    for (int n = 0; n < N; n++)
    for (int o = 0; o < O; o++)
    for (int i = 0; i < H; i++)
    for (int j = 0; j < W; j++) {
        float total = 0;
        for (int c = 0; c < C; c++)
        for (int u = 0; u < K; u++)
        for (int v = 0; v < K; v++) {
            int row = i + u - pad, column = j + v - pad;
            if (row >= 0 && row < H && column >= 0 && column < W)
                total += x[((n * C + c) * H + row) * W + column] * w[((o * C + c) * K + u) * K + v];
        }
        y[((n * O + o) * H + i) * W + j] = total;
    }
}

/* The same products, but each weight meets a whole row before the next weight is looked at. */
void by_row(const float *restrict x, const float *restrict w, float *restrict y,
            int N, int C, int O, int H, int W, int K)
{
    int pad = K / 2;
    for (int n = 0; n < N; n++)
    for (int o = 0; o < O; o++) {
        float *map = y + (n * O + o) * H * W;
        for (int place = 0; place < H * W; place++)
            map[place] = 0;
        for (int c = 0; c < C; c++)
        for (int u = 0; u < K; u++)
        for (int v = 0; v < K; v++) {
            float weight = w[((o * C + c) * K + u) * K + v];
            int first = v < pad ? pad - v : 0, end = v > pad ? W + pad - v : W;
            for (int i = u < pad ? pad - u : 0; i < (u > pad ? H + pad - u : H); i++) {
                const float *row = x + ((n * C + c) * H + i + u - pad) * W + v - pad;
                for (int j = first; j < end; j++)
                    map[i * W + j] += weight * row[j];
            }
        }
    }
}

/* The same products again, with the sums of FILTERS filters at COLUMNS places kept in registers, so that each number
   that was fetched is used FILTERS or COLUMNS times. x is padded: (N, C, H + K - 1, W + K - 1); FILTERS divides O, and
   COLUMNS divides W. */
#define FILTERS 4
#define COLUMNS 32
void by_tile(const float *restrict x, const float *restrict w, float *restrict y,
             int N, int C, int O, int H, int W, int K)
{
    int high = H + K - 1, wide = W + K - 1;
    for (int n = 0; n < N; n++)
    for (int o = 0; o < O; o += FILTERS)
    for (int i = 0; i < H; i++)
    for (int j = 0; j < W; j += COLUMNS) {
        float total[FILTERS][COLUMNS] = {{0}};
        for (int c = 0; c < C; c++)
        for (int u = 0; u < K; u++)
        for (int v = 0; v < K; v++) {
            const float *row = x + ((n * C + c) * high + i + u) * wide + j + v;
            for (int f = 0; f < FILTERS; f++) {
                float weight = w[(((o + f) * C + c) * K + u) * K + v];
                for (int k = 0; k < COLUMNS; k++)
                    total[f][k] += weight * row[k];
            }
        }
        for (int f = 0; f < FILTERS; f++)
        for (int k = 0; k < COLUMNS; k++)
            y[((n * O + o + f) * H + i) * W + j + k] = total[f][k];
    }
}
