//! The store on both databases: every test has one body that runs on SQLite and on PostgreSQL.

mod attempts;
mod blobs;
mod commits;
mod database;
mod events;
mod inbox;
mod jobs;
mod lists;
mod permits;
mod plans;
mod requests;
mod rotation;
mod support;
mod tenancy;
