import JSON

/// `client_info`, which a worker tells Antenna with every POST, so that operators can tell workers of one service apart.
package struct AntennaClientInfo: Sendable, Hashable {
    /// The machine's or the container's name.
    package var hostname: String
    /// The process's number on that machine.
    package var processID: Int?
    /// The name of this program.
    package var software: String
    /// Its version.
    package var version: String
    /// Its role: `run`, `relay`.
    package var roles: [String]
    /// The device of its models: `cpu`, `cuda:0`.
    package var devices: [String]
    /// Why there: `auto: 2 NVIDIA GPUs`; empty where they are named.
    package var devicesReason: String
    /// The Kubernetes pod, where there is one.
    package var podName: String?

    package init(
        hostname: String,
        processID: Int? = nil,
        software: String = "antenna-worker",
        version: String,
        roles: [String] = [],
        devices: [String] = [],
        devicesReason: String = "",
        podName: String? = nil
    ) {
        self.hostname = hostname
        self.processID = processID
        self.software = software
        self.version = version
        self.roles = roles
        self.devices = devices
        self.devicesReason = devicesReason
        self.podName = podName
    }

    /// Who makes the calls, as HTTP says it.
    var userAgent: String { "\(software)/\(version)" }

    /// Writes an object; a server answers anything else with 400.
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("hostname")
            writer.string(hostname)
            if let processID {
                writer.key("process_id")
                writer.integer(processID)
            }
            writer.key("software")
            writer.string(software)
            writer.key("version")
            writer.string(version)
            if !roles.isEmpty {
                writer.key("roles")
                Self.write(roles, to: &writer)
            }
            if !devices.isEmpty {
                writer.key("devices")
                Self.write(devices, to: &writer)
            }
            if !devicesReason.isEmpty {
                writer.key("devices_reason")
                writer.string(devicesReason)
            }
            if let podName {
                writer.key("pod_name")
                writer.string(podName)
            }
        }
    }

    private static func write(_ texts: [String], to writer: inout JSONWriter) {
        writer.array { writer in
            for text in texts { writer.string(text) }
        }
    }
}
