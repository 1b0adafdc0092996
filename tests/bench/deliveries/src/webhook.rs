//! `webhook` alone, as it is deployed, under a fake Runtime API: its rows are conditional writes in an embedded DynamoDB,
//! its messages go to a fake SQS. Beside it Probot, which verifies, parses and calls a handler, and keeps nothing.

use std::{collections::BTreeMap, fmt::Write as _, future::Future as _, pin::Pin, sync::Arc};

use anyhow::ensure;
use covermark_bench::{
    aws::Aws,
    events::{self, WEBHOOK_SECRET},
    surroundings::{app_document, environment},
};
use covermark_state::{Table, rows::delivery::DeliveryOutcome};
use covermark_types::{Provider, Timestamp};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::{
    arguments::Arguments,
    feed::Work,
    instances::{Subject, run},
    ledger::Ledger,
    lines::{HEAD, Line},
    mix::{self, Place, index},
    plan,
    queue::Queue,
    rows,
};

/// Deliveries of the comparison.
pub(crate) const DELIVERIES: usize = 50_000;
/// Deliveries of the long run.
pub(crate) const MILLION: usize = 1_000_000;
/// Instances of the comparison: as many as there are processors.
const INSTANCES: usize = 2;
/// Instances of the long run: as many deliveries are on their way at once.
const MANY: usize = 8;
/// Node is slower; a tenth tells as much.
const FEWER: usize = 10;
/// Jobs that are worked on at once in the long run.
const WORKERS: usize = 4;

/// The AWS that `webhook` sees.
struct Cloud {
    table: Table,
    environment: BTreeMap<String, String>,
    jobs: UnboundedReceiver<String>,
}

impl Cloud {
    async fn start(arguments: &Arguments) -> anyhow::Result<Self> {
        let key = &arguments.key;
        let aws = Aws { app: app_document(key), webhook: json!({"secrets": [WEBHOOK_SECRET]}).to_string() }.start()?;
        let (table, database) = covermark_testing::served_table().await;
        let (queue, jobs) = Queue::start()?;
        let mut environment = environment(aws, key);
        environment.insert("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), database);
        environment.insert("AWS_ENDPOINT_URL_SQS".to_owned(), format!("http://{queue}"));
        Ok(Self { table, environment, jobs })
    }
}

/// One and the same delivery again and again: a push, which costs nothing.
struct Pushes {
    event: Vec<u8>,
    status: u64,
}

impl Work for Pushes {
    fn event(&self, _: usize) -> Option<Vec<u8>> {
        Some(self.event.clone())
    }

    fn answered(&self, _: usize, answer: &[u8]) -> anyhow::Result<()> {
        let answer: Value = serde_json::from_slice(answer)?;
        ensure!(answer["statusCode"] == self.status, "answered {answer}");
        Ok(())
    }
}

/// The mix, in an order.
struct Mixed {
    order: Vec<u32>,
    places: Vec<Place>,
    /// What became of them; `None` for the peer, which remembers none.
    ledger: Option<Arc<Ledger>>,
}

impl Mixed {
    fn new(count: usize, ledger: Option<Arc<Ledger>>) -> Self {
        Self { order: plan::doubled_and_shuffled(count), places: Place::made_up(5_000), ledger }
    }
}

impl Work for Mixed {
    fn event(&self, number: usize) -> Option<Vec<u8>> {
        let delivery = mix::delivery(*self.order.get(number)? as usize, &self.places);
        Some(events::signed(&delivery.guid, delivery.event, &delivery.body).to_string().into_bytes())
    }

    fn answered(&self, number: usize, answer: &[u8]) -> anyhow::Result<()> {
        let answer: Value = serde_json::from_slice(answer)?;
        let status = answer["statusCode"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or_default();
        match &self.ledger {
            Some(ledger) => {
                ledger.answered(self.order[number] as usize, status, answer["body"].as_str().unwrap_or_default());
            }
            None => ensure!(status == 200, "answered {answer}"),
        }
        Ok(())
    }
}

/// Both, one after the other, with the same deliveries.
pub(crate) async fn measure(arguments: &Arguments, count: usize) -> anyhow::Result<String> {
    let mut cloud = Cloud::start(arguments).await?;
    let ours = Subject::ours(arguments, "webhook", cloud.environment.clone());
    let peer = Subject::probot(arguments, cloud.environment.clone());
    let few = (count / FEWER).max(1);
    let push = |status| Pushes { event: events::delivery().to_string().into_bytes(), status };
    let ledger = Arc::new(Ledger::new(count));
    let (mixed, theirs) = (Mixed::new(count, Some(ledger.clone())), Mixed::new(few, None));
    let (mixed_total, their_total) = (mixed.order.len(), theirs.order.len());
    let turn = |subject, what: &'static str, work: Arc<dyn Work>, total: usize| (subject, what, (work, total));
    let turns = [
        turn(&ours, "a push, which costs nothing", Arc::new(push(202)), count),
        turn(&peer, "the same push", Arc::new(push(200)), few),
        turn(&ours, "the mix, rows and messages with it", Arc::new(mixed), mixed_total),
        turn(&peer, "the mix, of which it keeps nothing", Arc::new(theirs), their_total),
    ];
    let mut lines = Vec::new();
    for (subject, what, work) in turns {
        let fed = run(arguments, subject, INSTANCES, work).await?.fed;
        let name = format!("{}: {what}", subject.name);
        lines.push(Line { name, at_once: INSTANCES, all: fed.all, times: fed.times });
    }
    count_jobs(&mut cloud, &ledger);
    ledger.verify(true)?;
    let mut text = format!("`webhook` alone under a fake Runtime API, and Probot's Lambda adapter:\n\n{HEAD}");
    lines.iter().for_each(|line| text.push_str(&line.render()));
    let ratio = |one: usize, other: usize| lines[one].rate() / lines[other].rate();
    let _ = writeln!(
        text,
        "\nwebhook takes {:.0} × as many pushes as Probot, {:.0} × as many of the mix. The mix: {}.",
        ratio(0, 1),
        ratio(2, 3),
        mix::words()
    );
    Ok(text)
}

/// Everything was sent before it was answered, so it is all here.
fn count_jobs(cloud: &mut Cloud, ledger: &Ledger) {
    while let Ok(message) = cloud.jobs.try_recv() {
        ledger.job(delivery_of(&message));
    }
}

fn delivery_of(message: &str) -> Option<usize> {
    let message: Value = serde_json::from_str(message).ok()?;
    index(message["delivery"].as_str()?)
}

/// Very many, a tenth of them doubled, with several instances at once; what `sync` writes of a delivery when its job is
/// done is written here too, since a delivery that is not done within five minutes may be taken up again.
pub(crate) async fn million(arguments: &Arguments, count: usize) -> anyhow::Result<String> {
    let cloud = Cloud::start(arguments).await?;
    let subject = Subject::ours(arguments, "webhook", cloud.environment);
    let ledger = Arc::new(Ledger::new(count));
    let mixed = Mixed::new(count, Some(ledger.clone()));
    let total = mixed.order.len();
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let working = tokio::spawn(work_off(cloud.table.clone(), cloud.jobs, ledger.clone(), stopped));
    let needed = run(arguments, &subject, MANY, (Arc::new(mixed), total)).await?;
    // All messages were sent before their deliveries were answered.
    let _ = stop.send(());
    let jobs = working.await??;
    ledger.verify(true)?;
    let rows = rows::verify(&cloud.table, &ledger).await?;
    let line = Line { name: "webhook".to_owned(), at_once: MANY, all: needed.fed.all, times: needed.fed.times };
    Ok(format!(
        "{count} deliveries, a tenth of them doubled, shuffled, through `webhook`:\n\n{HEAD}{}\n\
         {total} copies came in all, the first {} not timed. {rows} rows, each taken up once and done; {jobs} messages, one \
         for each row; every other copy was answered as known, or had nothing to do. {:.0} s; an instance needed {} MiB at \
         most. The mix: {}.\n",
        line.render(),
        total - line.times.len(),
        line.all.as_secs_f64(),
        needed.peak / 1024,
        mix::words()
    ))
}

/// Takes messages, counts them, and marks their deliveries as done; until all have come.
async fn work_off(
    table: Table,
    mut jobs: UnboundedReceiver<String>,
    ledger: Arc<Ledger>,
    mut stopped: tokio::sync::oneshot::Receiver<()>,
) -> anyhow::Result<usize> {
    let messages = stream::poll_fn(move |context| {
        // Closed, it still hands out what was sent before.
        if !jobs.is_closed() && Pin::new(&mut stopped).poll(context).is_ready() {
            jobs.close();
        }
        jobs.poll_recv(context)
    });
    let (table, ledger) = (&table, &ledger);
    let done = messages.map(|message| async move {
        let delivery = delivery_of(&message);
        ledger.job(delivery);
        let Some(delivery) = delivery else { return anyhow::Ok(()) };
        let id = mix::guid(delivery).parse()?;
        table.finish_delivery(&Provider::github(), &id, DeliveryOutcome::Done, Timestamp::now()).await?;
        Ok(())
    });
    done.buffer_unordered(WORKERS).try_fold(0, |count, ()| async move { Ok(count + 1) }).await
}
