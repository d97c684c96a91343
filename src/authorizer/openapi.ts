export const openApi: object = {}
