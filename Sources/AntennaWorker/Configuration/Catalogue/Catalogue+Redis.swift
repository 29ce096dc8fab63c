import Pipeline

extension Catalogue {
    static let redisURL = Setting(
        "redis.url",
        flag: "redis-url",
        SettingKind.redisAddress.optional,
        default: nil,
        "The address of Redis, redis://user:password@host:6379/0, which keeps decoded images and remembers confirmed results."
    )

    static let redisKey = Setting(
        "redis.key",
        flag: "redis-key",
        SettingKind.sharedSecret.optional,
        default: nil,
        "A secret of at least 16 characters that all workers on one Redis share: what was stored there without it is not believed. Without it, whoever can write to Redis decides what is seen in an image."
    )

    static let redisTensorTTL = Setting(
        "redis.tensor_ttl",
        flag: "tensor-ttl",
        .seconds(.seconds(1) ... .seconds(86_400)),
        default: .seconds(600),
        "How long Redis keeps a decoded image."
    )

    static let memoryTensorCache = Setting(
        "memory.tensor_cache",
        flag: "tensor-cache",
        .byteCount(0...1 << 40),
        default: 128 << 20,
        "Without Redis: decoded images kept for a second pipeline or a redelivery, at most. Part of the budget of pixels, and given up when that is short."
    )

    static let readyLimit = Setting(
        "ready_limit",
        flag: "ready-limit",
        .integer(1...1_000_000),
        default: 64,
        "For fetch: no more images are fetched for a pipeline while so many tasks wait in its ready queue. Redis needs room for that many images."
    )
}
