/** What is asked for anew when something has changed it. */
export const EXECUTIONS = ["get", "/api/v1/workflows/executions"] as const;
export const SCHEDULES = ["get", "/api/v1/workflows/schedules"] as const;
