#define _GNU_SOURCE
#include "path_cache.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The key as it stands in the record: filesystem, length and type of the handle, handle. */
struct key
{
  const unsigned char* bytes;
  size_t length;
};

struct slot
{
  struct cached_path path;
  uint64_t hash;
  size_t key_length; /* 0: the slot is free */
  unsigned char key[sizeof(__kernel_fsid_t) + sizeof(struct file_handle) + MAX_HANDLE_SZ];
};

struct path_cache
{
  struct slot* slots; /* open addressing; their number is a power of two */
  size_t capacity;
  size_t used;
};

static struct key key_of(const struct fanotify_event_info_fid* record)
{
  const struct file_handle* handle = (const void*)record->handle;
  const unsigned char* bytes = (const unsigned char*)&record->fsid;
  return (struct key){bytes, sizeof record->fsid + sizeof *handle + handle->handle_bytes};
}

/* FNV-1a, by words: a key's length is a multiple of 4 for nearly all filesystems. */
static uint64_t hash_of(struct key k)
{
  uint64_t hash = 0xcbf29ce484222325u;
  while (k.length != 0)
  {
    uint32_t word = 0;
    const size_t part = k.length < sizeof word ? k.length : sizeof word;
    memcpy(&word, k.bytes, part);
    hash = (hash ^ word) * 0x100000001b3u;
    k.bytes += part;
    k.length -= part;
  }
  return hash ^ hash >> 32;
}

struct path_cache* path_cache_new(void)
{
  struct path_cache* cache = calloc(1, sizeof *cache);
  if (cache == NULL)
  {
    return NULL;
  }
  cache->capacity = 256;
  cache->slots = calloc(cache->capacity, sizeof *cache->slots);
  if (cache->slots == NULL)
  {
    free(cache);
    return NULL;
  }
  return cache;
}

void path_cache_free(struct path_cache* cache)
{
  if (cache == NULL)
  {
    return;
  }
  for (size_t i = 0; i < cache->capacity; ++i)
  {
    free((void*)cache->slots[i].path.bytes);
  }
  free(cache->slots);
  free(cache);
}

/* The slot with the key, or the free one where it belongs. */
static struct slot* slot_for(struct slot* slots, size_t capacity, struct key k, uint64_t hash)
{
  size_t i = hash & (capacity - 1);
  while (slots[i].key_length != 0 && !(slots[i].hash == hash && slots[i].key_length == k.length &&
                                       memcmp(slots[i].key, k.bytes, k.length) == 0))
  {
    i = (i + 1) & (capacity - 1);
  }
  return &slots[i];
}

const struct cached_path* path_cache_find(const struct path_cache* cache,
                                          const struct fanotify_event_info_fid* record)
{
  const struct key k = key_of(record);
  const struct slot* found = slot_for(cache->slots, cache->capacity, k, hash_of(k));
  return found->key_length != 0 ? &found->path : NULL;
}

static int grow(struct path_cache* cache)
{
  const size_t capacity = cache->capacity * 2;
  struct slot* slots = calloc(capacity, sizeof *slots);
  if (slots == NULL)
  {
    return -1;
  }
  for (size_t i = 0; i < cache->capacity; ++i)
  {
    const struct slot* old = &cache->slots[i];
    if (old->key_length != 0)
    {
      const struct key k = {old->key, old->key_length};
      *slot_for(slots, capacity, k, old->hash) = *old;
    }
  }
  free(cache->slots);
  cache->slots = slots;
  cache->capacity = capacity;
  return 0;
}

const struct cached_path* path_cache_put(struct path_cache* cache,
                                         const struct fanotify_event_info_fid* record,
                                         const char* path, size_t length)
{
  if (cache->used * 2 >= cache->capacity && grow(cache) != 0)
  {
    return NULL;
  }
  char* bytes = malloc(length + 1);
  if (bytes == NULL)
  {
    return NULL;
  }
  memcpy(bytes, path, length);
  const struct key k = key_of(record);
  const uint64_t hash = hash_of(k);
  struct slot* s = slot_for(cache->slots, cache->capacity, k, hash);
  s->path = (struct cached_path){bytes, length};
  s->hash = hash;
  s->key_length = k.length;
  memcpy(s->key, k.bytes, k.length);
  ++cache->used;
  return &s->path;
}
