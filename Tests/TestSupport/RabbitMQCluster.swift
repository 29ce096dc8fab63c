import Foundation

/// Three RabbitMQ nodes of the test's own on loopback, which are one cluster.
///
/// They share a port mapper and a cookie, and nothing with any other broker of this machine.
package final class RabbitMQCluster: Sendable {
    /// The nodes, in no order that matters.
    package let nodes: [RabbitMQServer]
    private let portMapper: ChildProcess
    private let folder: URL

    /// A URL that names all nodes.
    package var url: String {
        "amqp://guest:guest@\(nodes.map { "127.0.0.1:\($0.port)" }.joined(separator: ","))/"
    }

    /// Starts the nodes and waits until each accepts connections.
    ///
    /// - Throws: ``TestEnvironmentError`` when brokers are missing, do not start, or do not find each other.
    package init() async throws {
        let folder = try PackagePaths.scratch("rabbitmq-cluster")
        self.folder = folder
        let ports = try LoopbackPort.free(7)
        let environment = [
            "PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": folder.path, "ERL_EPMD_ADDRESS": "127.0.0.1",
        ]
        portMapper = try await RabbitMQServer.startPortMapper(environment, on: ports[6], folder)
        func node(_ index: Int) async throws -> RabbitMQServer {
            try await RabbitMQServer(
                configuration: ["cluster_partition_handling = pause_minority"],
                seat: RabbitMQServer.Seat(
                    port: ports[index],
                    distributionPort: ports[index + 3],
                    portMapperPort: ports[6],
                    home: folder
                )
            )
        }
        async let first = node(0)
        async let second = node(1)
        async let third = node(2)
        nodes = [try await first, try await second, try await third]
        // One after the other and by hand: how nodes find each other by themselves is another thing in each version.
        for node in nodes.dropFirst() {
            try await node.control("stop_app")
            try await node.control("join_cluster", nodes[0].nodeName)
            try await node.control("start_app")
        }
        let running = try await nodes[0].control("eval", "length(rabbit_nodes:all_running()).")
        guard running.trimmingCharacters(in: .whitespacesAndNewlines) == "3" else {
            throw TestEnvironmentError("Of three nodes of RabbitMQ \(running) found each other.")
        }
    }

    /// The node that leads a quorum queue.
    ///
    /// - Throws: ``TestEnvironmentError`` when no running node can say.
    package func leader(ofQueue queue: String) async throws -> RabbitMQServer {
        var (leader, said): (RabbitMQServer?, String) = (nil, "")
        // A node that has just begun, and one among which a leader is being elected, does not know.
        try? await eventually {
            said = try await nodes[0].control("list_queues", "name", "leader")
            let line = said.split(separator: "\n").first { $0.hasPrefix("\(queue)\t") }
            let name = line?.split(separator: "\t").last.map(String.init)
            leader = nodes.first { $0.nodeName == name }
            return leader != nil
        }
        guard let leader else { throw TestEnvironmentError("Nobody knows the leader of \(queue): \(said)") }
        return leader
    }

    /// Cuts a node off from the others, as a broken network between them does; clients still reach it.
    ///
    /// Nodes that do not know each other's cookie do not speak. Returns once the node serves no more, because it is the smaller part.
    package func isolate(_ node: RabbitMQServer) async throws {
        try await node.control(
            "eval",
            "[begin erlang:set_cookie(N, nonsense), erlang:disconnect_node(N) end || N <- \(names(but: node))]."
        )
        try await eventually { try await !isTrue("rabbit:is_running()", at: node) }
    }

    /// Lets a node speak with the others again, and waits until it serves.
    package func rejoin(_ node: RabbitMQServer) async throws {
        try await node.control("eval", "[erlang:set_cookie(N, erlang:get_cookie()) || N <- \(names(but: node))].")
        let isWhole = "rabbit:is_running() andalso length(rabbit_nodes:all_running()) =:= 3"
        try await eventually { try await isTrue(isWhole, at: node) }
    }

    private func isTrue(_ expression: String, at node: RabbitMQServer) async throws -> Bool {
        try await node.control("eval", "\(expression).").trimmingCharacters(in: .whitespacesAndNewlines) == "true"
    }

    private func names(but node: RabbitMQServer) -> String {
        "[" + nodes.filter { $0 !== node }.map { "'\($0.nodeName)'" }.joined(separator: ", ") + "]"
    }

    /// Ends everything and removes the data.
    package func discard() async throws {
        for node in nodes { try await node.discard() }
        portMapper.send(signal: SIGKILL)
        await portMapper.waitForExit()
        try portMapper.release()
        try FileManager.default.removeItem(at: folder)
    }
}
