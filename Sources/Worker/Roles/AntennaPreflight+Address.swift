import Antenna
import Settings
import Telemetry

extension AntennaPreflight {
    /// Finds Antenna's API where the base URL does not lead there.
    ///
    /// An address that ends as the API's does is not asked about.
    ///
    /// - Parameters:
    ///   - settings: All settings.
    ///   - role: Who asks, told to Antenna.
    /// - Returns: Where the API is; nil when it is where the settings say, or nobody knows.
    /// - Throws: What the address or the network's settings lack.
    static func betterAddress(_ settings: WorkerSettings, role: String) async throws -> AntennaAddress? {
        let address = try AntennaAddress(settings.antenna.baseURL)
        guard !address.isUsual, await leadsToAPI(address, settings, role) == false else { return nil }
        for alternative in address.alternatives where await leadsToAPI(alternative, settings, role) == true {
            return alternative
        }
        return nil
    }

    /// Sees that the base URL does not lead past an API that is there.
    ///
    /// - Throws: ``SettingsError`` that names the right address; what the address or the network's settings lack.
    static func checkAddress(_ settings: WorkerSettings, role: String) async throws {
        guard let better = try await betterAddress(settings, role: role) else { return }
        throw SettingsError(
            AntennaSettings().baseURL,
            "\(settings.antenna.baseURL) leads to no API of Antenna, which is at \(better.base)"
        )
    }

    /// Whether an address is the API's; nil when that cannot be known now.
    private static func leadsToAPI(
        _ address: AntennaAddress,
        _ settings: WorkerSettings,
        _ role: String
    ) async -> Bool? {
        var settings = settings
        settings.antenna.baseURL = address.base
        do {
            let client = try client(settings, role: role)
            // A project that is not there is told from an address that is not.
            _ = try await client.projects()
            return true
        } catch let error as AntennaError {
            switch error.code {
            case .authentication, .forbidden: return true
            case .notFound, .methodNotAllowed, .refused, .redirected, .foreignAnswer, .malformedAnswer: return false
            default: return nil
            }
        } catch {
            return nil
        }
    }
}
