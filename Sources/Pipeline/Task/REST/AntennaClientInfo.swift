/// What a worker tells Antenna about itself with every POST, so that operators can tell workers of one service apart.
package struct AntennaClientInfo: Sendable, Hashable {
    /// The machine's or the container's name.
    package var hostname: String
    /// The name of this program.
    package var software: String
    /// Its version.
    package var version: String
    /// The Kubernetes pod, where there is one.
    package var podName: String?

    package init(hostname: String, software: String = "antenna-worker", version: String, podName: String? = nil) {
        self.hostname = hostname
        self.software = software
        self.version = version
        self.podName = podName
    }

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("hostname")
            writer.string(hostname)
            writer.key("software")
            writer.string(software)
            writer.key("version")
            writer.string(version)
            if let podName {
                writer.key("pod_name")
                writer.string(podName)
            }
        }
    }
}
