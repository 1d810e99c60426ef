#ifndef PORTGATE_CCURL_H
#define PORTGATE_CCURL_H
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

/* curl_global_init(3) with everything; 0 on success. Called before any other thread runs. */
static inline int portgate_curl_initialize(void) { return (int)curl_global_init(CURL_GLOBAL_DEFAULT); }

/* curl_easy_setopt(3) by the kind of the value. */
static inline CURLcode portgate_curl_set_text(CURL *curl, CURLoption option, const char *value) {
    return curl_easy_setopt(curl, option, value);
}
static inline CURLcode portgate_curl_set_number(CURL *curl, CURLoption option, long value) {
    return curl_easy_setopt(curl, option, value);
}
static inline CURLcode portgate_curl_set_list(CURL *curl, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(curl, option, value);
}

/* CURLOPT_COPYPOSTFIELDS: the body of a POST, copied. */
static inline CURLcode portgate_curl_set_body(CURL *curl, const void *bytes, size_t count) {
    CURLcode code = curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count);
    return code == CURLE_OK ? curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, bytes) : code;
}

/* CURLOPT_WRITEFUNCTION: who takes the answer's body; taking less than all ends the request. */
static inline CURLcode portgate_curl_set_taker(
    CURL *curl, size_t (*take)(char *bytes, size_t size, size_t count, void *context), void *context) {
    CURLcode code = curl_easy_setopt(curl, CURLOPT_WRITEDATA, context);
    return code == CURLE_OK ? curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take) : code;
}

/* CURLOPT_XFERINFOFUNCTION: who is asked, about once a second, whether to go on; any answer but 0 ends the request. */
static inline CURLcode portgate_curl_set_watcher(
    CURL *curl, int (*watch)(void *context, curl_off_t, curl_off_t, curl_off_t, curl_off_t), void *context) {
    CURLcode code = curl_easy_setopt(curl, CURLOPT_XFERINFODATA, context);
    if (code == CURLE_OK) code = curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, watch);
    return code == CURLE_OK ? curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L) : code;
}

/* For CURLOPT_SSLVERSION: TLS 1.2 at least. */
static const long portgate_curl_tls12 = CURL_SSLVERSION_TLSv1_2;

/* CURLINFO_RESPONSE_CODE: the status of the answer, 0 when there is none. */
static inline long portgate_curl_status(CURL *curl) {
    long status = 0;
    return curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK ? status : 0;
}
#endif
