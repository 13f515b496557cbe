//! Admits pods only in namespaces that carry a label.

use k8s_openapi::api::core::v1::Namespace;
use kubewarden_policy_sdk::host_capabilities::kubernetes::{GetResourceRequest, get_resource};
use kubewarden_policy_sdk::{accept_request, logging, protocol_version_guest, reject_request};
use kubewarden_policy_sdk::{request::ValidationRequest, settings::Validatable, validate_settings};
use slog::{Logger, info, o};
use wapc_guest::prelude::*;

#[derive(serde::Deserialize, Default)]
#[serde(default)]
struct Settings {
    label: String,
}

impl Validatable for Settings {
    fn validate(&self) -> Result<(), String> {
        if self.label.is_empty() { Err("the setting `label` is missing".into()) } else { Ok(()) }
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    register_function("validate", validate);
    register_function("validate_settings", validate_settings::<Settings>);
    register_function("protocol_version", protocol_version_guest);
}

fn validate(payload: &[u8]) -> CallResult {
    let ValidationRequest { settings, request } = ValidationRequest::<Settings>::new(payload)?;
    let log = Logger::root(logging::KubewardenDrain::new(), o!("policy" => "namespace-label"));
    info!(log, "looking at a pod"; "namespace" => &request.namespace);
    let namespace: Namespace = get_resource(&GetResourceRequest {
        api_version: "v1".into(),
        kind: "Namespace".into(),
        name: request.namespace.clone(),
        namespace: None,
        disable_cache: false,
        field_masks: None,
    })?;
    if namespace.metadata.labels.is_some_and(|labels| labels.contains_key(&settings.label)) {
        return accept_request();
    }
    let message = format!("the namespace {} has no label {}", request.namespace, settings.label);
    reject_request(Some(message), None, None, None)
}
