// Checksums of crypto currencies: base58check (a double SHA-256) and bech32 (BIP 173, BIP 350).
#include "gate/checks.h"
#include "gate/checksums.h"

// ---------------------------------------------------------------- SHA-256 of at most 55 bytes (FIPS 180-4)

static const uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t turn(uint32_t x, unsigned by) {
    return x >> by | x << (32 - by);
}

static void sha256_short(const uint8_t *bytes, size_t n, uint8_t out[static 32]) {
    uint32_t h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    uint8_t block[64] = {0};
    uint32_t w[64], s[8];
    memcpy(block, bytes, n);
    block[n] = 0x80;
    block[62] = (uint8_t)(n * 8 >> 8), block[63] = (uint8_t)(n * 8);
    for (size_t i = 0; i < 16; i++)
        w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 | (uint32_t)block[4 * i + 2] << 8 |
               block[4 * i + 3];
    for (size_t i = 16; i < 64; i++)
        w[i] = w[i - 16] + w[i - 7] + (turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ w[i - 15] >> 3) +
               (turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ w[i - 2] >> 10);
    memcpy(s, h, sizeof s);
    for (size_t i = 0; i < 64; i++) {
        uint32_t a =
            s[7] + (turn(s[4], 6) ^ turn(s[4], 11) ^ turn(s[4], 25)) + ((s[4] & s[5]) ^ (~s[4] & s[6])) + K[i] + w[i];
        uint32_t b =
            (turn(s[0], 2) ^ turn(s[0], 13) ^ turn(s[0], 22)) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        memmove(s + 1, s, 7 * sizeof *s);
        s[4] += a, s[0] = a + b;
    }
    for (size_t i = 0; i < 32; i++) out[i] = (uint8_t)((h[i / 4] + s[i / 4]) >> (24 - i % 4 * 8));
}

// ---------------------------------------------------------------- base58check

static bool base58_decode(struct span v, const char *alphabet, uint8_t out[static 25]) {
    memset(out, 0, 25);
    for (size_t i = 0; i < v.len; i++) {
        const char *p = strchr(alphabet, v.at[i]);
        if (!p) return false;
        unsigned carry = (unsigned)(p - alphabet);
        for (size_t k = 25; k-- > 0; carry >>= 8) out[k] = (uint8_t)(carry += 58u * out[k]);
        if (carry) return false;
    }
    return true;
}

bool checksum_base58(struct span v, const char *arg) {
    (void)arg;
    static const char *const ALPHABETS[] = {
        "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",  // Bitcoin and most others
        "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"}; // Ripple
    uint8_t bytes[25], hash[32];
    if (v.len < 26 || v.len > 36) return false;
    for (size_t i = 0; i < 2; i++) {
        if (!base58_decode(v, ALPHABETS[i], bytes)) continue;
        sha256_short(bytes, 21, hash);
        sha256_short(hash, 32, hash);
        if (!memcmp(hash, bytes + 21, 4)) return true;
    }
    return false;
}

// ---------------------------------------------------------------- bech32

static uint32_t bech32_step(uint32_t sum, unsigned value) {
    static const uint32_t GENERATOR[] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
    uint32_t top = sum >> 25;
    sum = (sum & 0x1ffffff) << 5 ^ value;
    for (size_t i = 0; i < 5; i++)
        if (top >> i & 1) sum ^= GENERATOR[i];
    return sum;
}

bool checksum_bech32(struct span v, const char *arg) {
    (void)arg;
    size_t one = v.len;
    while (one && v.at[one - 1] != '1') one--;
    if (one < 2 || v.len - one < 6 || v.len > 90) return false;
    uint32_t sum = 1;
    for (size_t i = 0; i + 1 < one; i++) sum = bech32_step(sum, (unsigned char)v.at[i] >> 5);
    sum = bech32_step(sum, 0);
    for (size_t i = 0; i + 1 < one; i++) sum = bech32_step(sum, (unsigned char)v.at[i] & 31);
    for (size_t i = one; i < v.len; i++) {
        static const char ALPHABET[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
        const char *p = strchr(ALPHABET, v.at[i]);
        if (!p) return false;
        sum = bech32_step(sum, (unsigned)(p - ALPHABET));
    }
    return sum == 1 || sum == 0x2bc830a3; // bech32m ends in another constant
}
