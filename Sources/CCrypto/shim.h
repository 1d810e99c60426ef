#ifndef PORTGATE_CCRYPTO_H
#define PORTGATE_CCRYPTO_H
#include <nettle/base64.h>
#include <nettle/eddsa.h>
/* The low-level functions are what hashes short messages without a detour; they are deprecated, and still there in 3.x. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

/* SHA-256 of some bytes behind one byte; 32 bytes. */
static inline void portgate_prefixed_sha256(unsigned char prefix, const void *bytes, size_t count, unsigned char *digest) {
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, &prefix, 1);
    SHA256_Update(&context, bytes, count);
    SHA256_Final(digest, &context);
}

/* SHA-256 of bytes; 32 bytes. Not SHA256(): that one brings all of the library along. */
static inline void portgate_sha256(const void *bytes, size_t count, unsigned char *digest) {
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, bytes, count);
    SHA256_Final(digest, &context);
}

/* SHA-512 of bytes; 64 bytes. */
static inline void portgate_sha512(const void *bytes, size_t count, unsigned char *digest) {
    SHA512_CTX context;
    SHA512_Init(&context);
    SHA512_Update(&context, bytes, count);
    SHA512_Final(digest, &context);
}
#endif
