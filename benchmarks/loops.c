/* One convolution, its multiply-adds in several orders: stride 1, as many zeros around as keep the size. Maps and
   filters lie as in cnnlib: x is (N, C, H, W), or (N, C, H + K - 1, W + K - 1) with its zeros where a comment says
   "padded"; w is (O, C, K, K), y is (N, O, H, W). All sizes are constants that the compiler is told, -DN=8 and so on;
   K is odd. */

#define HIGH (H + K - 1)
#define WIDE (W + K - 1)

/* As the formula says it: each output is one sum over channels and taps. */
void by_output(const float *x, const float *w, float *y)
{
    for (int n = 0; n < N; n++)
    for (int o = 0; o < O; o++)
    for (int i = 0; i < H; i++)
    for (int j = 0; j < W; j++) {
        float total = 0;
        for (int c = 0; c < C; c++)
        for (int u = 0; u < K; u++)
        for (int v = 0; v < K; v++) {
            int row = i + u - K / 2, column = j + v - K / 2;
            if (row >= 0 && row < H && column >= 0 && column < W)
                total += x[((n * C + c) * H + row) * W + column] * w[((o * C + c) * K + u) * K + v];
        }
        y[((n * O + o) * H + i) * W + j] = total;
    }
}

/* The same, padded: nobody asks where the border is. */
void by_output_padded(const float *x, const float *w, float *y)
{
    for (int n = 0; n < N; n++)
    for (int o = 0; o < O; o++)
    for (int i = 0; i < H; i++)
    for (int j = 0; j < W; j++) {
        float total = 0;
        for (int c = 0; c < C; c++)
        for (int u = 0; u < K; u++)
        for (int v = 0; v < K; v++)
            total += x[((n * C + c) * HIGH + i + u) * WIDE + j + v] * w[((o * C + c) * K + u) * K + v];
        y[((n * O + o) * H + i) * W + j] = total;
    }
}

/* The same products, padded: a weight meets a whole map, row by row, before the next weight is looked at. */
void by_map(const float *restrict x, const float *restrict w, float *restrict y)
{
    for (int n = 0; n < N; n++)
    for (int o = 0; o < O; o++) {
        float *map = y + (n * O + o) * H * W;
        for (int place = 0; place < H * W; place++)
            map[place] = 0;
        for (int c = 0; c < C; c++)
        for (int u = 0; u < K; u++)
        for (int v = 0; v < K; v++) {
            float weight = w[((o * C + c) * K + u) * K + v];
            for (int i = 0; i < H; i++) {
                const float *row = x + ((n * C + c) * HIGH + i + u) * WIDE + v;
                for (int j = 0; j < W; j++)
                    map[i * W + j] += weight * row[j];
            }
        }
    }
}

/* The same products, padded, eight numbers in one: the sums of 4 filters at 16 places stay in eight registers until
   they are complete. O is a multiple of 4, and W of 16. */
typedef float eight __attribute__((vector_size(32), aligned(4)));

void by_tile(const float *restrict x, const float *restrict w, float *restrict y)
{
    const int next = C * K * K;  /* from one filter to the next */
    for (int n = 0; n < N; n++)
    for (int o = 0; o < O; o += 4)
    for (int i = 0; i < H; i++)
    for (int j = 0; j < W; j += 16) {
        eight a0 = {0}, a1 = {0}, b0 = {0}, b1 = {0}, c0 = {0}, c1 = {0}, d0 = {0}, d1 = {0};
        for (int c = 0; c < C; c++)
        for (int u = 0; u < K; u++)
        for (int v = 0; v < K; v++) {
            const float *place = x + ((n * C + c) * HIGH + i + u) * WIDE + j + v;
            const float *weight = w + ((o * C + c) * K + u) * K + v;
            eight left = *(const eight *)place, right = *(const eight *)(place + 8);
            a0 += left * weight[0], a1 += right * weight[0];
            b0 += left * weight[next], b1 += right * weight[next];
            c0 += left * weight[2 * next], c1 += right * weight[2 * next];
            d0 += left * weight[3 * next], d1 += right * weight[3 * next];
        }
        float *map = y + ((n * O + o) * H + i) * W + j;
        *(eight *)map = a0, *(eight *)(map + 8) = a1;
        *(eight *)(map + H * W) = b0, *(eight *)(map + H * W + 8) = b1;
        *(eight *)(map + 2 * H * W) = c0, *(eight *)(map + 2 * H * W + 8) = c1;
        *(eight *)(map + 3 * H * W) = d0, *(eight *)(map + 3 * H * W + 8) = d1;
    }
}
