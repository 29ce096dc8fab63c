import Telemetry
import Transport

extension SettingKind<Secret> {
    /// The address of a broker: a secret, because it holds a password.
    static var brokerAddress: SettingKind {
        secretAddress { url throws(TransportError) in _ = try AMQPConfiguration(url: url) }
    }

    /// The address of Redis: a secret, because it may hold a password.
    static var redisAddress: SettingKind {
        secretAddress { url throws(TransportError) in _ = try RedisConfiguration(url: url) }
    }

    /// An address that is never shown; `check` throws what is wrong with it.
    private static func secretAddress(
        _ check: @escaping @Sendable (String) throws(TransportError) -> Void
    ) -> SettingKind {
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
