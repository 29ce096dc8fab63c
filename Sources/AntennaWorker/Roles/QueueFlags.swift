import ArgumentParser
import Settings

/// Where RabbitMQ is, and how tasks are taken from it.
struct QueueFlags: ParsableArguments {
    @OptionGroup(title: "RabbitMQ") var broker: Flags<BrokerSettings>
    @OptionGroup(title: "Taking tasks from RabbitMQ") var consuming: Flags<ConsumerSettings>
}
