//! DataFusion in this process.

use crate::function::{LinkBlock, Question};
use datafusion::{
    arrow::{
        array::{RecordBatch, UInt32Array, UInt64Array},
        datatypes::{DataType, Field, Schema, SchemaRef},
    },
    catalog::MemTable,
    dataframe::DataFrame,
    error::Result,
    execution::{
        SendableRecordBatchStream,
        disk_manager::{DiskManagerBuilder, DiskManagerMode},
        memory_pool::GreedyMemoryPool,
        runtime_env::{RuntimeEnv, RuntimeEnvBuilder},
    },
    functions_aggregate::expr_fn::array_agg,
    logical_expr::ScalarUDF,
    prelude::{SessionConfig, SessionContext, col},
};
use futures::future::BoxFuture;
use habeas_link::BlockScorer;
use std::{fmt::Debug, sync::Arc};

/// Rows that the engine handles at a time.
const ROWS_OF_A_BATCH: usize = 8192;
/// Blocks whose answers stand together in one batch.
const BLOCKS_OF_A_BATCH: usize = 4096;

/// Runs the query of one shard; which rows belong to it, and whether the answer is right, others decide.
pub(crate) trait Runner: Debug + Send + Sync {
    /// Shards that it runs at a time.
    fn n_at_once(&self) -> usize {
        1
    }

    /// Groups the rows by unit and asks the function about each group. The columns that come back are the unit and what
    /// the function said.
    fn run(
        &self,
        rows: Vec<Vec<RecordBatch>>,
        scorer: Arc<BlockScorer>,
        question: Question,
    ) -> BoxFuture<'_, Result<SendableRecordBatchStream>>;
}

/// The columns of rows: a unit and one of its records.
pub(crate) fn row_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("unit", DataType::UInt64, false),
        Field::new("record", DataType::UInt32, false),
    ]))
}

/// Rows as batches, in `n_partitions` partitions.
pub(crate) fn batches(rows: impl Iterator<Item = (u64, u32)>, n_partitions: usize) -> Vec<Vec<RecordBatch>> {
    let mut partitions = vec![Vec::new(); n_partitions.max(1)];
    let mut rows = rows.peekable();
    let mut n = 0;
    while rows.peek().is_some() {
        let (units, records): (Vec<u64>, Vec<u32>) = rows.by_ref().take(ROWS_OF_A_BATCH).unzip();
        let columns: Vec<datafusion::arrow::array::ArrayRef> =
            vec![Arc::new(UInt64Array::from(units)), Arc::new(UInt32Array::from(records))];
        let batch = RecordBatch::try_new(row_schema(), columns).expect("two columns of one length, of these types");
        let n_partitions = partitions.len();
        partitions[n % n_partitions].push(batch);
        n += 1;
    }
    partitions
}

/// The query of every shard, whoever runs it.
pub(crate) fn query(context: &SessionContext, rows: Vec<Vec<RecordBatch>>, function: LinkBlock) -> Result<DataFrame> {
    let answer = ScalarUDF::new_from_impl(function).call(vec![col("unit"), col("records")]).alias("answer");
    context
        .read_table(Arc::new(MemTable::try_new(row_schema(), rows)?))?
        .aggregate(vec![col("unit")], vec![array_agg(col("record")).alias("records")])?
        .select(vec![col("unit"), answer])
}

/// Settings that every way of running shares.
pub(crate) fn session_config(threads: usize) -> SessionConfig {
    SessionConfig::new()
        .with_target_partitions(threads)
        .with_batch_size(BLOCKS_OF_A_BATCH)
        // A run says what it does itself; nothing of a plan may reach a page or a log.
        .with_information_schema(false)
}

/// An environment that may use so many bytes and never writes to a disk.
pub(crate) fn environment(memory: Option<usize>) -> Result<Arc<RuntimeEnv>> {
    let disk = DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled);
    let mut builder = RuntimeEnvBuilder::new().with_disk_manager_builder(disk);
    if let Some(bytes) = memory {
        builder = builder.with_memory_pool(Arc::new(GreedyMemoryPool::new(bytes)));
    }
    builder.build_arc()
}

/// The engine in this process.
#[derive(Debug)]
pub(crate) struct Embedded {
    pub(crate) threads: usize,
    pub(crate) memory: Option<usize>,
}

impl Runner for Embedded {
    fn run(
        &self,
        rows: Vec<Vec<RecordBatch>>,
        scorer: Arc<BlockScorer>,
        question: Question,
    ) -> BoxFuture<'_, Result<SendableRecordBatchStream>> {
        Box::pin(async move {
            let context = SessionContext::new_with_config_rt(session_config(self.threads), environment(self.memory)?);
            query(&context, rows, LinkBlock::new(scorer, question))?.execute_stream().await
        })
    }
}
