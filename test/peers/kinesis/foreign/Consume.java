/** A worker of the Kinesis Client Library that writes what it is given to a file, a record a line, then checkpoints. */
/* Arguments: stream, application, worker, endpoint of Kinesis, endpoint of DynamoDB, file, `polling` or `fanout`. */

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.kinesis.common.ConfigsBuilder;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.common.KinesisClientUtil;
import software.amazon.kinesis.coordinator.CoordinatorConfig.ClientVersionConfig;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.metrics.NullMetricsFactory;
import software.amazon.kinesis.processor.RecordProcessorCheckpointer;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.processor.SingleStreamTracker;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.polling.PollingConfig;

public final class Consume {
    private static FileChannel file;

    public static void main(String[] args) throws Exception {
        String stream = args[0];
        URI aws = URI.create(args[4]);
        Region region = Region.US_EAST_1;
        file = FileChannel.open(Path.of(args[5]), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        KinesisAsyncClient kinesis = KinesisClientUtil.createKinesisAsyncClient(
            KinesisAsyncClient.builder().region(region).endpointOverride(URI.create(args[3])));
        DynamoDbAsyncClient leases = DynamoDbAsyncClient.builder().region(region).endpointOverride(aws).build();
        CloudWatchAsyncClient metrics = CloudWatchAsyncClient.builder().region(region).endpointOverride(aws).build();
        SingleStreamTracker tracker = new SingleStreamTracker(stream,
            InitialPositionInStreamExtended.newInitialPosition(InitialPositionInStream.TRIM_HORIZON));
        ConfigsBuilder all = new ConfigsBuilder(tracker, args[1], kinesis, leases, metrics, args[2], Writer::new);
        var retrieval = all.retrievalConfig();
        if (args[6].equals("polling")) {
            retrieval.retrievalSpecificConfig(new PollingConfig(stream, kinesis));
        }
        // Workers share evenly, as all did before 3.0: what 3's leader gives a second one hangs on how busy both are.
        var shared = ClientVersionConfig.CLIENT_VERSION_CONFIG_COMPATIBLE_WITH_2X;
        var coordinator = all.coordinatorConfig().clientVersionConfig(shared)
            .parentShardPollIntervalMillis(1_000).shardConsumerDispatchPollIntervalMillis(200);
        new Scheduler(all.checkpointConfig(), coordinator,
            all.leaseManagementConfig().failoverTimeMillis(5_000).shardSyncIntervalMillis(2_000),
            all.lifecycleConfig(),
            all.metricsConfig().metricsFactory(new NullMetricsFactory()),
            all.processorConfig(), retrieval).run();
    }

    private static final class Writer implements ShardRecordProcessor {
        private String shard;

        @Override
        public void initialize(InitializationInput input) {
            shard = input.shardId();
        }

        @Override
        public void processRecords(ProcessRecordsInput input) {
            StringBuilder lines = new StringBuilder();
            for (KinesisClientRecord record : input.records()) {
                lines.append(shard).append(' ').append(StandardCharsets.UTF_8.decode(record.data())).append('\n');
            }
            try {
                file.write(ByteBuffer.wrap(lines.toString().getBytes(StandardCharsets.UTF_8)));
            } catch (java.io.IOException thrown) {
                throw new java.io.UncheckedIOException(thrown);
            }
            checkpoint(input.checkpointer());
        }

        @Override
        public void leaseLost(LeaseLostInput input) {}

        @Override
        public void shardEnded(ShardEndedInput input) {
            checkpoint(input.checkpointer());
        }

        @Override
        public void shutdownRequested(ShutdownRequestedInput input) {
            checkpoint(input.checkpointer());
        }

        private static void checkpoint(RecordProcessorCheckpointer at) {
            try {
                at.checkpoint();
            } catch (Exception thrown) {
                // What was not checkpointed comes again to whoever has the shard next.
                System.err.println("checkpoint: " + thrown);
            }
        }
    }
}
