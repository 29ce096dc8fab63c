package import Antenna
import Foundation
package import Settings
import Telemetry
package import Transport

/// How this process reaches others over HTTP: the authorities it trusts and the proxies it goes through.
package struct Network: Sendable {
    /// The authorities trusted for Antenna and for images.
    package let authorities: TLSAuthorities
    /// Which proxy calls of Antenna's API go through.
    let antennaProxy: ProxyChoice
    /// Which proxy images are fetched through.
    let imageProxy: ProxyChoice

    /// Reads settings and environment; connects to nothing.
    ///
    /// - Throws: ``SettingsError`` for a proxy variable that cannot be read.
    package init(
        _ settings: WorkerSettings,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(SettingsError) {
        func choice(
            _ proxy: ProxySetting,
            of setting: some AnySetting
        ) throws(SettingsError) -> ProxyChoice {
            do throws(TransportError) {
                return try proxy.choice(environment: environment)
            } catch {
                throw SettingsError(setting, error.message)
            }
        }
        authorities = TLSAuthorities(file: settings.tls.authorities, environment: environment)
        antennaProxy = try choice(settings.antenna.proxy, of: AntennaSettings().proxy)
        imageProxy = try choice(settings.images.proxy, of: ImageSettings().proxy)
    }

    /// A client with a thread of its own.
    ///
    /// - Throws: `TransportError` for authorities that cannot be read.
    package func makeClient() throws(TransportError) -> HTTPClient {
        var configuration = HTTPClient.Configuration()
        configuration.authorities = authorities
        configuration.userAgent = Version.userAgent
        return try HTTPClient(configuration: configuration)
    }

    /// The maker of calls to Antenna's API, on top of an HTTP client.
    package func antenna(_ client: HTTPClient) -> AntennaHTTP {
        AntennaHTTP(client: client, proxy: antennaProxy)
    }
}
