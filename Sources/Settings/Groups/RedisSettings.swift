package import Pipeline
import Telemetry
package import Transport

/// Redis and what is kept there.
package struct RedisSettings: SettingGroup {
    package static let title = "Redis"

    package let url = Setting(
        "redis.url",
        flag: "redis-url",
        SettingKind.redisAddress.optional,
        default: nil,
        "The address of Redis, redis://user:password@host:6379/0, which keeps decoded images and remembers confirmed results. Also rediss:// (TLS), unix:///path?db=0, and redis+sentinel://host:26379,host/service/0."
    )

    package let authorities = Setting(
        "redis.ca",
        flag: "redis-ca",
        SettingKind.path.optional,
        default: nil,
        "A PEM file of the authorities to trust for rediss://; none means those of the system."
    )

    package let key = Setting(
        "redis.key",
        flag: "redis-key",
        SettingKind.sharedSecret.optional,
        default: nil,
        "A secret of at least 16 characters that all workers on one Redis share: what was stored there without it is not believed. Without it, whoever can write to Redis decides what is seen in an image."
    )

    package let tensorTTL = Setting(
        "redis.tensor_ttl",
        flag: "tensor-ttl",
        .seconds(.seconds(1) ... .seconds(86_400)),
        default: .seconds(600),
        "How long Redis keeps a decoded image."
    )

    package init() {}
}

extension GroupValues<RedisSettings> {
    /// The seal that proves who wrote a value; nil when no key is set.
    package var seal: RedisSeal? { self.key.map { RedisSeal(secret: $0.reveal()) } }

    /// How to connect; nil when no Redis is set.
    ///
    /// - Throws: ``SettingsError`` when the address cannot be used.
    package func connection() throws(SettingsError) -> RedisConfiguration? {
        guard let url = self.url else { return nil }
        do throws(TransportError) {
            var configuration = try RedisConfiguration(url: url.reveal())
            configuration.urlFile = file(of: \.url).map(SecretFile.init(path:))
            configuration.authorities = self.authorities
            return configuration
        } catch {
            throw SettingsError(RedisSettings().url, error.message)
        }
    }
}
