//! The broker as a program: configuration, wiring, command line, demo.
//!
//! [`app::Application`] is the whole broker with its addresses known: tests run many of them in one process. What is global
//! to a process (logs, metrics, signals) is set up by the commands alone.

pub mod app;
pub mod cli;
pub mod commands;
pub mod config;
pub mod declared;
pub mod demo;
mod listeners;
pub mod sandbox;
pub mod shutdown;
pub mod store;
pub mod telemetry;
pub mod transcript;
