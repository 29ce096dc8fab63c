// The layout of Sources, in the order of imports: each folder is a module, which imports only what stands above it.
//
//   C…/            libraries of the system, and shims for what Swift cannot call
//   Telemetry/     the keys of the log, the shape of errors, the declarations of metrics
//   Concurrency/   what waits, who wakes it and for how long: queues, budgets, threads, back-off, clocks
//   JSON/          one reader, one validator, one writer
//   Transport/     bytes in and out: HTTP (libcurl), AMQP (librabbitmq), Redis (hiredis)
//   Imaging/       bytes to pixels, pixels to floats
//   Inference/     manifests, and models on ONNX Runtime or OpenVINO
//   Pipeline/      the way of one image, a folder a stage: begin with Worker.swift
//   Antenna/       Antenna's REST API: reserving tasks, posting results, the spool
//   Broker/        RabbitMQ: taking tasks, publishing results with a confirm, dead letters, the fetch role
//   Relay/         between the two: Antenna's tasks into queues, the queues' results to Antenna
//   Settings/      every setting, declared once
//   HTTPServing/   the HTTP server that the admin port and the local Antenna share
//   LocalAntenna/  Antenna's REST API in memory
//   Worker/        a running role: its parts put together, health, metrics, the admin port, what `check` and `explain` look at
//   Lab/           measurements, the demo, reports
//   AntennaWorker/ the program: a folder for each kind of command, which reads its arguments and calls the modules above
//
// docs/architecture.md says more, and where to find what.

import ArgumentParser
import Foundation
import Worker

/// The program: every command it has is listed here.
@main
struct AntennaWorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "antenna-worker",
        abstract: "Finds and names the insects in the images that Antenna queues.",
        discussion: """
            Start with 'antenna-worker demo', which needs no server. 'antenna-worker check' shows what is set, what is \
            missing and how to fix it. All settings are in docs/configuration.md.
            """,
        subcommands: [
            RunCommand.self, DemoCommand.self, ServeCommand.self, RegisterCommand.self, CheckCommand.self,
            ExplainCommand.self, InferFileCommand.self, ModelsCommand.self, EnqueueCommand.self, QueueCommand.self,
            RelayCommand.self, FetchCommand.self, InferCommand.self, BenchCommand.self,
        ]
    )

    @Flag(help: "Show the version, the commit it was built from, and the libraries it uses.")
    var version = false

    func run() async throws {
        guard version else { throw CleanExit.helpRequest(self) }
        try Output.standard.write(Version.text(commit: buildCommit, environment: ProcessInfo.processInfo.environment))
    }

    /// Ends the program with a status of ``ExitStatus``.
    ///
    /// At once: nothing waits in a buffer, and libraries with threads of their own are not taken down beneath them.
    static func main() async {
        ProcessStart.prepare()
        _exit(await CommandRunner.run(Self.self, arguments: Array(CommandLine.arguments.dropFirst())))
    }
}
