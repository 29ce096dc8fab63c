import Antenna
import Foundation
import Inference
import Settings
import Transport

extension RESTSourceSettings {
    /// The settings of a worker over REST.
    ///
    /// - Parameters:
    ///   - settings: All settings.
    ///   - role: What this process is, told to Antenna.
    ///   - manifests: The pipelines to work for: the server has to know their algorithms.
    init(_ settings: WorkerSettings, role: String, manifests: [PipelineManifest]) {
        self.init(settings, role: role, pipelines: manifests.map(\.slug))
        expectations = manifests.map { PipelineExpectation($0) }
    }

    /// The settings of a role that knows its pipelines by name alone.
    init(_ settings: WorkerSettings, role: String, pipelines: [String]) {
        self.init(
            baseURL: settings.antenna.baseURL,
            serviceName: settings.antenna.serviceName,
            dialect: settings.antenna.dialect,
            batchSize: settings.antenna.batchSize,
            lease: settings.antenna.lease,
            spoolDirectory: settings.spool.directory,
            spoolMaximumBytes: settings.spool.maxBytes
        )
        authToken = settings.antenna.token?.reveal() ?? ""
        authTokenFile = settings.antenna.file(of: \.token).map(SecretFile.init(path:))
        self.pipelines = pipelines
        expectations = pipelines.map { PipelineExpectation(slug: $0) }
        projectID = settings.antenna.project
        interactiveImages = settings.antenna.interactiveImages
        clientInfo = AntennaClientInfo(role: role)
    }
}

extension PipelineExpectation {
    init(_ manifest: PipelineManifest) {
        let stages = ([manifest.binaryFilter].compactMap(\.self) + manifest.classifiers).map(\.algorithm.key)
        let detector = manifest.detector.algorithm.key
        self.init(slug: manifest.slug, detector: detector, algorithms: [detector] + stages)
    }
}

extension AntennaClientInfo {
    /// This process, before any model is loaded.
    init(role: String) {
        let process = ProcessInfo.processInfo
        self.init(
            hostname: process.hostName,
            processID: Int(process.processIdentifier),
            version: Version.current,
            roles: [role],
            devices: [],
            podName: process.environment["POD_NAME"]
        )
    }
}
