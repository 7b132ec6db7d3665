/** Puts numbered records by the Kinesis Producer Library. Arguments: stream, TLS port, how many, how many a second, packed. */

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.MoreExecutors;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.kinesis.producer.KinesisProducer;
import software.amazon.kinesis.producer.KinesisProducerConfiguration;
import software.amazon.kinesis.producer.UserRecordResult;

public final class Produce {
    private static final AtomicInteger stored = new AtomicInteger();
    private static final AtomicInteger failed = new AtomicInteger();

    public static void main(String[] args) throws Exception {
        String stream = args[0];
        int port = Integer.parseInt(args[1]);
        int records = Integer.parseInt(args[2]);
        int perSecond = Integer.parseInt(args[3]);
        KinesisProducerConfiguration settings = new KinesisProducerConfiguration()
            .setRegion("us-east-1")
            .setKinesisEndpoint("127.0.0.1")
            .setKinesisPort(port)
            .setVerifyCertificate(false)
            .setMetricsLevel("none")
            .setAggregationEnabled(Boolean.parseBoolean(args[4]))
            .setRecordTtl(240_000)
            .setRateLimit(100_000);
        KinesisProducer producer = new KinesisProducer(settings);
        long begun = System.currentTimeMillis();
        for (int number = 0; number < records; number++) {
            // As many as were due by now, and never more than the library should hold.
            while (number > (System.currentTimeMillis() - begun) * perSecond / 1000
                    || producer.getOutstandingRecordsCount() > 5_000) {
                Thread.sleep(5);
            }
            ByteBuffer data = ByteBuffer.wrap(("record-" + number).getBytes(StandardCharsets.UTF_8));
            Futures.addCallback(producer.addUserRecord(stream, "key-" + number % 997, data), new Count(),
                MoreExecutors.directExecutor());
        }
        producer.flushSync();
        System.out.println("stored " + stored.get() + ", failed " + failed.get());
        producer.destroy();
        System.exit(failed.get() == 0 ? 0 : 1);
    }

    private static final class Count implements FutureCallback<UserRecordResult> {
        @Override
        public void onSuccess(UserRecordResult result) {
            stored.incrementAndGet();
        }

        @Override
        public void onFailure(Throwable thrown) {
            if (failed.incrementAndGet() == 1) {
                System.err.println(thrown);
            }
        }
    }
}
