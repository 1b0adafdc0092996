//! The table's definition for embedded and test servers. On AWS the template makes it; the two must agree.

use std::time::Duration;

use aws_sdk_dynamodb::{
    error::SdkError,
    types::{
        AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
        ScalarAttributeType, TableStatus, TimeToLiveSpecification,
    },
};

use super::Table;
use crate::Error;

/// How often the new table's status is asked for, a tenth of a second apart.
const TRIES: u32 = 100;

impl Table {
    /// Makes the table with its two indexes and `ttl`, unless it is there. Only for the local data folder and tests.
    ///
    /// # Errors
    /// When the server cannot be reached, or the table does not become active within ten seconds.
    pub async fn create_if_missing(&self) -> Result<(), Error> {
        if self.status().await?.is_none() {
            self.create().await?;
            self.expire().await?;
        }
        for _ in 0..TRIES {
            if self.status().await? == Some(TableStatus::Active) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Err(Error::Unavailable { what: "DynamoDB CreateTable", source: "the table did not become active".into() })
    }

    async fn status(&self) -> Result<Option<TableStatus>, Error> {
        match self.client.describe_table().table_name(&*self.name).send().await {
            Ok(answer) => Ok(answer.table.and_then(|table| table.table_status)),
            Err(SdkError::ServiceError(failed)) if failed.err().is_resource_not_found_exception() => Ok(None),
            Err(error) => Err(Error::aws("DynamoDB DescribeTable", error)),
        }
    }

    async fn create(&self) -> Result<(), Error> {
        let attributes = ["pk", "sk", "gsi1pk", "gsi1sk", "gsi2pk", "gsi2sk"].map(attribute);
        let request = self
            .client
            .create_table()
            .table_name(&*self.name)
            .billing_mode(BillingMode::PayPerRequest)
            .set_attribute_definitions(Some(attributes.into_iter().collect::<Result<_, _>>()?))
            .set_key_schema(Some(schema("pk", "sk")?))
            .global_secondary_indexes(index("gsi1", "gsi1pk", "gsi1sk")?)
            .global_secondary_indexes(index("gsi2", "gsi2pk", "gsi2sk")?);
        match request.send().await {
            Ok(_) => Ok(()),
            // Another process was quicker.
            Err(SdkError::ServiceError(failed)) if failed.err().is_resource_in_use_exception() => Ok(()),
            Err(error) => Err(Error::aws("DynamoDB CreateTable", error)),
        }
    }

    async fn expire(&self) -> Result<(), Error> {
        let ttl = TimeToLiveSpecification::builder().attribute_name("ttl").enabled(true).build().map_err(built)?;
        let request = self.client.update_time_to_live().table_name(&*self.name).time_to_live_specification(ttl);
        request.send().await.map(|_| ()).map_err(|error| Error::aws("DynamoDB UpdateTimeToLive", error))
    }
}

fn attribute(name: &str) -> Result<AttributeDefinition, Error> {
    AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build().map_err(built)
}

fn schema(hash: &str, range: &str) -> Result<Vec<KeySchemaElement>, Error> {
    [(hash, KeyType::Hash), (range, KeyType::Range)]
        .into_iter()
        .map(|(name, kind)| KeySchemaElement::builder().attribute_name(name).key_type(kind).build().map_err(built))
        .collect()
}

fn index(name: &str, hash: &str, range: &str) -> Result<GlobalSecondaryIndex, Error> {
    GlobalSecondaryIndex::builder()
        .index_name(name)
        .set_key_schema(Some(schema(hash, range)?))
        .projection(Projection::builder().projection_type(ProjectionType::All).build())
        .build()
        .map_err(built)
}

fn built(error: aws_sdk_dynamodb::error::BuildError) -> Error {
    Error::Rejected { what: "DynamoDB CreateTable", source: error.into() }
}
