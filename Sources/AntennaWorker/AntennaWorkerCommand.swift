import ArgumentParser

@main
struct AntennaWorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "antenna-worker")
}
