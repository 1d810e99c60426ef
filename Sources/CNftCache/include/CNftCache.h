#ifndef PORTGATE_CNFTCACHE_H
#define PORTGATE_CNFTCACHE_H

/* From now on libnftables finds every set empty. Before it changes a set or a map, it reads the elements of all interval
 * sets of the host (cache.c: NFT_CACHE_SETELEM_MAYBE), which takes the kernel a minute for a million of them. All it does with
 * them is to look for overlaps in what is added, which the kernel does as well, and to cut what is deleted to what is there,
 * which no text of portgate's asks for in an interval set.
 */
void portgate_leave_elements_unread(void);

#endif
