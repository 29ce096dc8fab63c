import Pipeline
import Transport

/// Redis and what is kept there.
struct RedisSettings: Sendable, Equatable {
    /// May hold a password.
    var url: Secret?
    /// Where the URL was read from, to be read again at every login.
    var urlFile: String?
    /// What values are sealed with.
    var key: Secret?
    /// How long a decoded image is kept.
    var tensorTTL: Duration

    /// What proves who wrote a value; nil when no key is set.
    var seal: RedisSeal? { key.map { RedisSeal(secret: $0.reveal()) } }

    /// How to connect; nil when no Redis is set.
    ///
    /// - Throws: ``SettingsError`` when the address cannot be used.
    func connection() throws(SettingsError) -> RedisConfiguration? {
        guard let url else { return nil }
        do throws(TransportError) {
            var configuration = try RedisConfiguration(url: url.reveal())
            configuration.urlFile = urlFile.map(SecretFile.init(path:))
            return configuration
        } catch {
            throw SettingsError(place: Catalogue.redisURL.key, error.message)
        }
    }
}

extension SettingKind<Secret> {
    /// The address of Redis: a secret, because it may hold a password.
    static var redisAddress: SettingKind {
        secretAddress { url throws(TransportError) in _ = try RedisConfiguration(url: url) }
    }

    /// An address that may hold a password.
    ///
    /// - Parameter check: Throws what is wrong with it.
    /// - Returns: A kind that is never shown.
    static func secretAddress(_ check: @escaping @Sendable (String) throws(TransportError) -> Void) -> SettingKind {
        SettingKind(
            name: "secret",
            placeholder: "URL",
            parse: { text throws(ValueError) in
                let secret = try SettingKind<Secret>.secret.parse(text)
                do throws(TransportError) {
                    try check(text)
                } catch {
                    throw ValueError(error.message)
                }
                return secret
            },
            show: { _ in Secret.redacted }
        )
    }
}
