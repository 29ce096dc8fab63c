import Telemetry
package import Transport

/// Which proxy requests go through, as it is set.
package enum ProxySetting: Sendable, Equatable {
    /// None, whatever the environment says.
    case none
    /// As `http_proxy`, `https_proxy` and `no_proxy` say.
    case environment
    /// Always this one.
    case proxy(HTTPProxy)

    /// The proxies it stands for in an environment.
    ///
    /// - Throws: `TransportError` for a variable that cannot be read.
    package func choice(environment: [String: String]) throws(TransportError) -> ProxyChoice {
        switch self {
        case .none: .none
        case .environment: .environment(try ProxyVariables(environment))
        case .proxy(let proxy): .proxy(proxy)
        }
    }
}

extension SettingKind<ProxySetting> {
    /// `none`, `environment` or a proxy's address, which may hold a password: it is shown without.
    static var proxy: SettingKind {
        SettingKind(
            name: "proxy",
            placeholder: "none|environment|URL",
            parse: { text throws(ValueError) in
                switch text.trimmed.lowercased() {
                case "none": return .none
                case "environment": return .environment
                default: break
                }
                do throws(TransportError) {
                    return .proxy(try HTTPProxy(text.trimmed))
                } catch {
                    throw ValueError("must be none, environment or an address: \(error.message)")
                }
            },
            show: { setting in
                switch setting {
                case .none: "none"
                case .environment: "environment"
                case .proxy(let proxy): proxy.description
                }
            }
        )
    }
}
