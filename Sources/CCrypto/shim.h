#include <nettle/base64.h>
#include <nettle/eddsa.h>
#include <nettle/sha2.h>
