import Antenna
package import Logging
package import Settings
import Telemetry
import Transport

/// Finds, before models are loaded, the settings with which a worker would never get a task because Antenna refuses them.
package struct AntennaPreflight {
    private let antenna: AntennaSettings.Values
    private let client: AntennaClient

    /// - Parameters:
    ///   - antenna: The settings that are looked at.
    ///   - client: Speaks the API.
    init(_ antenna: AntennaSettings.Values, client: AntennaClient) {
        self.antenna = antenna
        self.client = client
    }

    /// Looks, for a role that takes tasks from Antenna.
    ///
    /// An Antenna that is away says nothing of the settings: whoever starts then waits for it.
    ///
    /// - Parameters:
    ///   - settings: All settings.
    ///   - role: Who asks, told to Antenna.
    ///   - logger: Told when Antenna could not be asked.
    /// - Throws: ``SettingsError``; what the address or the network's settings lack.
    package static func run(_ settings: WorkerSettings, role: String, logger: Logger) async throws {
        try settings.antenna.checkToken()
        try await checkAddress(settings, role: role)
        guard settings.antenna.token == nil || settings.antenna.project != nil else { return }
        let client = try client(settings, role: role)
        do {
            try await AntennaPreflight(settings.antenna, client: client).look()
        } catch let error as AntennaError {
            logger.debug("Antenna could not be asked before the start", metadata: [LogKey.error: "\(error)"])
        }
    }

    /// A client that waits for no answer longer than somebody who starts a worker does.
    static func client(_ settings: WorkerSettings, role: String) throws -> AntennaClient {
        let network = try Network(settings)
        var rest = RESTSourceSettings(settings, role: role, pipelines: settings.work.pipelines)
        rest.requestTimeout = .seconds(10)
        return try rest.makeClient(http: network.antenna(try network.makeClient()))
    }

    /// Asks Antenna.
    ///
    /// - Throws: ``SettingsError`` when a token or another project has to be set; ``AntennaError`` when it could not be asked.
    func look() async throws {
        if antenna.token == nil, try await client.knowsUser() == false { throw AntennaSettings.Values.tokenMissing }
        if let project = antenna.project { _ = try await Self.project(project, client) }
    }

    /// The project that the settings name.
    ///
    /// - Throws: ``SettingsError`` when there is none of that number; ``AntennaError``.
    static func project(_ id: Int, _ client: AntennaClient) async throws -> AntennaProject {
        do throws(AntennaError) {
            return try await client.project(id)
        } catch {
            guard error.code == .notFound else { throw error }
            throw SettingsError(
                AntennaSettings().project,
                "Antenna shows this token no project \(id); 'antenna-worker check' without it shows whether the rest is well"
            )
        }
    }
}
